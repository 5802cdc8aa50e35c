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

}  // namespace mlmath::MLMATH_LEVEL
