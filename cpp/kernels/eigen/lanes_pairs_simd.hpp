// SPDX-License-Identifier: BSD-3-Clause
// The pairs of columns of matrices of order 2 to 4, in the order of a sweep of rotations and in that of a sorting network. A matrix
// M has rotate<P, Q>() and order<P, Q>(). Included by the per-level units.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// A step for every group before the next step: the steps of a matrix wait for each other, those of other groups do not.
template <int P, int Q, int Groups, class M>
MLMATH_INLINE void rotate_all(M (&m)[Groups]) {
    MLMATH_UNROLL for (int g = 0; g < Groups; ++g) m[g].template rotate<P, Q>();
}
// Every pair once, disjoint pairs one after the other.
template <int N, int Groups, class M>
MLMATH_INLINE void jacobi_sweep(M (&m)[Groups]) {
    rotate_all<0, 1>(m);
    if constexpr (N == 3) {
        rotate_all<0, 2>(m);
        rotate_all<1, 2>(m);
    }
    if constexpr (N == 4) {
        rotate_all<2, 3>(m);
        rotate_all<0, 2>(m);
        rotate_all<1, 3>(m);
        rotate_all<0, 3>(m);
        rotate_all<1, 2>(m);
    }
}
template <int N, class M>
MLMATH_INLINE void jacobi_order(M& m) {
    m.template order<0, 1>();
    if constexpr (N == 3) {
        m.template order<1, 2>();
        m.template order<0, 1>();
    }
    if constexpr (N == 4) {
        m.template order<2, 3>();
        m.template order<0, 2>();
        m.template order<1, 3>();
        m.template order<1, 2>();
    }
}

// Columns of v, which rotations have left off being orthonormal by some eps each: v <- v (I - E / 2), E = v^T v - I, one step of
// Newton's method for the nearest orthogonal matrix [Higham2008, sec. 8.3], after which E is of the order of eps^2 and what the
// last rounding leaves.
template <int N, class T>
MLMATH_INLINE void make_orthogonal(vec<T> (&v)[N][N]) {
    vec<T> off[N][N];
    MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j <= i; ++j) {
        vec<T> e = broadcast(T(i == j ? -1 : 0));
        MLMATH_UNROLL for (int k = 0; k < N; ++k) e = fma(v[k][i], v[k][j], e);
        off[i][j] = off[j][i] = e;
    }
    MLMATH_UNROLL for (int k = 0; k < N; ++k) {
        vec<T> row[N];
        MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            // the correction is summed apart: it is small, and is rounded once into what it corrects
            vec<T> sum = v[k][0] * off[0][j];
            MLMATH_UNROLL for (int i = 1; i < N; ++i) sum = fma(v[k][i], off[i][j], sum);
            row[j] = fnma(broadcast(T(0.5)), sum, v[k][j]);
        }
        MLMATH_UNROLL for (int j = 0; j < N; ++j) v[k][j] = row[j];
    }
}

}  // namespace mlmath::MLMATH_LEVEL
