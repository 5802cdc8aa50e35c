// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes, the smallest orders: cyclic two-sided Jacobi [GolubVanLoan2013, sec. 8.5], a lane for each matrix, the matrix and
// its eigenvectors in registers, everything unrolled.
#pragma once
#include "kernels/eigen/eigh_lanes/eigh_lanes_kernels.hpp"
#include "kernels/eigen/lanes_numbers_simd.hpp"
#include "kernels/eigen/lanes_pairs_simd.hpp"
#include "kernels/eigen/signs_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

// Below this an off-diagonal element (beside a largest of about 1) is nothing: its square would no longer be a normal number.
template <class T>
constexpr T jacobi_nothing = sizeof(T) == 8 ? T(0x1p-480) : T(0x1p-50);

template <class T>
struct JacobiRotation {
    vec<T> c, s, shift;  // shift = t a: what moves from one diagonal element to the other

    // The rotation that annihilates a beside p and q: tan 2 phi = 2 a / (q - p), |phi| <= pi/4.
    MLMATH_INLINE JacobiRotation(vec<T> p, vec<T> q, vec<T> a) {
        const vec<T> one = broadcast(T(1));
        const mask<T> something = absolute(a) > broadcast(jacobi_nothing<T>);
        a = select<T>(something, a, vec<T>{});
        const vec<T> h = broadcast(T(0.5)) * (q - p), sum = absolute(h) + square_root(fma(h, h, a * a));
        const vec<T> t = with_sign_of<T>(a, h) / select<T>(something, sum, one);
        shift = t * a;
        c = one / square_root(fma(t, t, one));
        s = t * c;
    }
};

template <int N, bool Vectors, class T>
struct JacobiLanes {
    vec<T> d[N], o[N][N], v[N][N];  // diagonal; above it; eigenvector j in column j
    LaneScale<T> scale;
    mask<T> open;  // lanes that have not converged

    // run: the N x N elements of the lanes, in an order in which (i, j), j <= i, is run[i * row + j * column].
    MLMATH_INLINE void begin(const vec<T>* run, int row, int column) {
        Magnitude<T> magnitude;
        MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            if (j <= i) magnitude.look(run[i * row + j * column]);
        }
        scale = LaneScale<T>(magnitude);
        MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            v[i][j] = broadcast(T(i == j));
            if (j < i) o[j][i] = scale.to_one(run[i * row + j * column]);
            if (j == i) d[i] = scale.to_one(run[i * row + j * column]);
        }
        open = (vec<T>{} == vec<T>{});
    }

    template <int P, int Q>
    MLMATH_INLINE void rotate() {
        const JacobiRotation<T> r(d[P], d[Q], o[P][Q]);
        d[P] = d[P] - r.shift;
        d[Q] = d[Q] + r.shift;
        o[P][Q] = vec<T>{};
        MLMATH_UNROLL for (int k = 0; k < N; ++k) {
            if (k != P && k != Q) {
                vec<T>&x = k < P ? o[k][P] : o[P][k], &y = k < Q ? o[k][Q] : o[Q][k];
                const vec<T> old = x;
                x = fnma(r.s, y, r.c * old);
                y = fma(r.s, old, r.c * y);
            }
            if (Vectors) {
                const vec<T> old = v[k][P];
                v[k][P] = fnma(r.s, v[k][Q], r.c * old);
                v[k][Q] = fma(r.s, old, r.c * v[k][Q]);
            }
        }
    }

    // Lanes whose off-diagonal elements are all below eps / 4 of about the largest are done: they become exact zeros, which
    // further sweeps leave as they are, and the diagonal and the vectors with them: a lane does not depend on its neighbours.
    MLMATH_INLINE void look() {
        vec<T> largest{};
        MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            if (i < j) largest = maximum<T>(absolute(o[i][j]), largest);
        }
        open = largest > broadcast(epsilon<T> / 4);
        MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            if (i < j) o[i][j] = select<T>(open, o[i][j], vec<T>{});
        }
    }

    template <int I, int J>
    MLMATH_INLINE void order() {
        const mask<T> wrong = d[I] > d[J];
        const vec<T> low = select<T>(wrong, d[J], d[I]);
        d[J] = select<T>(wrong, d[I], d[J]);
        d[I] = low;
        if (Vectors) {
            MLMATH_UNROLL for (int k = 0; k < N; ++k) {
                const vec<T> left = select<T>(wrong, v[k][J], v[k][I]);
                v[k][J] = select<T>(wrong, v[k][I], v[k][J]);
                v[k][I] = left;
            }
        }
    }

    MLMATH_INLINE void end() {
        if (Vectors) make_orthogonal<N, T>(v);
        MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            d[j] = scale.marked(scale.back(d[j]));
            if (!Vectors) continue;
            const vec<T> largest = largest_of_column<N, T>(v, j);
            MLMATH_UNROLL for (int k = 0; k < N; ++k) v[k][j] = scale.marked(with_sign_of<T>(v[k][j], largest));
        }
    }
};

template <int N, bool Vectors, int Groups, class T>
void jacobi_groups(const EighLanesWork<T>& work) {
    constexpr int W = width<T>;
    JacobiLanes<N, Vectors, T> m[Groups];
    MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
        vec<T> run[N * N];
        if (load_square<N, T>(work.a + g * W, work.a_row, work.a_column, run))
            m[g].begin(run, 1, N);
        else
            m[g].begin(run, N, 1);
    }
    for (int sweep = 0; sweep < eigh_lanes_most_sweeps; ++sweep) {
        jacobi_sweep<N>(m);
        mask<T> open{};
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
            m[g].look();
            open = open | m[g].open;
        }
        if (!any(open)) break;
    }
    MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
        jacobi_order<N>(m[g]);
        m[g].end();
        store_run<N, T>(m[g].d, work.w + g * W);
        if (Vectors) store_square<N, T>(&m[g].v[0][0], work.v + g * W, work.v_row, work.v_column);
        store_status<T>(m[g].open, m[g].scale.finite, work.info + g * W);
    }
}

}  // namespace mlmath::MLMATH_LEVEL
