// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes, the smallest square matrices: one-sided Jacobi [Hestenes1958], a lane for each, everything unrolled: columns of A V
// are rotated, and V along, until they are orthogonal.
#pragma once
#include "kernels/eigen/lanes_pairs_simd.hpp"
#include "kernels/eigen/lanes_reflections_simd.hpp"
#include "kernels/eigen/signs_simd.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {

// Columns whose sum of squares is below this (beside a largest element of about 1) are left as they are: further down, what is
// left of their products would no longer be normal numbers. They lie far below eps of the others; their directions are what
// completes the others'.
template <class T>
constexpr T no_column = sizeof(T) == 8 ? T(0x1p-400) : T(0x1p-60);

template <int N, bool Vectors, class T>
struct ColumnLanes {
    vec<T> x[N][N], v[N][N], s[N];  // element (i, j) of A V and V; lengths of the columns
    LaneScale<T> scale;
    mask<T> open;  // lanes in which a pair was rotated

    // run: the N x N elements of the lanes, (i, j) at i * row + j * column.
    MLMATH_INLINE void begin(const vec<T>* run, int row, int column) {
        Magnitude<T> magnitude;
        MLMATH_UNROLL for (int i = 0; i < N * N; ++i) magnitude.look(run[i]);
        scale = LaneScale<T>(magnitude);
        MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            x[i][j] = scale.to_one(run[i * row + j * column]);
            v[i][j] = broadcast(T(i == j));
        }
    }

    // Columns P and Q: cot 2 phi = theta = (|x_q|^2 - |x_p|^2) / 2 x_p.x_q, |phi| <= pi/4; nothing where |x_p.x_q| <= eps sqrt(N)
    // |x_p| |x_q|, which is what keeps the directions of short columns.
    template <int P, int Q>
    MLMATH_INLINE void rotate() {
        const vec<T> one = broadcast(T(1)), zero{};
        vec<T> p = zero, q = zero, a = zero;
        MLMATH_UNROLL for (int i = 0; i < N; ++i) {
            p = fma(x[i][P], x[i][P], p);
            q = fma(x[i][Q], x[i][Q], q);
            a = fma(x[i][P], x[i][Q], a);
        }
        constexpr double tolerance = epsilon<T> * (N == 2 ? 1.4142135623730951 : N == 3 ? 1.7320508075688772 : 2);
        const vec<T> bound = broadcast(static_cast<T>(tolerance)) * square_root(p * q);
        const mask<T> skew = (absolute(a) > bound) & (minimum<T>(p, q) >= broadcast(no_column<T>));
        open = open | skew;
        const vec<T> theta = broadcast(T(0.5)) * (q - p) / select<T>(skew, a, one);
        const vec<T> tangent = one / (absolute(theta) + square_root(fma(theta, theta, one)));
        const vec<T> t = select<T>(skew, with_sign_of<T>(tangent, theta), zero);
        const vec<T> c = one / square_root(fma(t, t, one)), sine = t * c;
        MLMATH_UNROLL for (int i = 0; i < N; ++i) {
            const vec<T> left = x[i][P];
            x[i][P] = fnma(sine, x[i][Q], c * left);
            x[i][Q] = fma(sine, left, c * x[i][Q]);
            if (Vectors) {
                const vec<T> old = v[i][P];
                v[i][P] = fnma(sine, v[i][Q], c * old);
                v[i][Q] = fma(sine, old, c * v[i][Q]);
            }
        }
    }

    template <int I, int J>
    MLMATH_INLINE void order() {
        const mask<T> wrong = s[I] < s[J];
        const auto exchange = [&](vec<T>& a, vec<T>& b) {
            const vec<T> old = a;
            a = select<T>(wrong, b, a);
            b = select<T>(wrong, old, b);
        };
        exchange(s[I], s[J]);
        MLMATH_UNROLL for (int i = 0; i < N; ++i) {
            if (!Vectors) continue;
            exchange(x[i][I], x[i][J]);
            exchange(v[i][I], v[i][J]);
        }
    }

    MLMATH_INLINE void lengths() {
        MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            vec<T> square{};
            MLMATH_UNROLL for (int i = 0; i < N; ++i) square = fma(x[i][j], x[i][j], square);
            s[j] = square_root(square);
        }
    }

    // Columns to length one, signs, and the scale back. Columns too short for a direction become zero; `without`: those lanes.
    MLMATH_INLINE void end(mask<T>& without) {
        without = mask<T>{};
        if (Vectors) make_orthogonal<N, T>(v);
        MLMATH_UNROLL for (int j = 0; j < N; ++j) {
            if (Vectors) {
                // (4: rounding of the root must not make a direction of a column that was left.)
                const mask<T> nothing = s[j] * s[j] < broadcast(T(4) * no_column<T>);
                without = without | nothing;
                const vec<T> sign = largest_of_column<N, T>(v, j);
                const vec<T> one = broadcast(T(1)), inverse = one / select<T>(nothing, one, s[j]);
                const vec<T> factor = with_sign_of<T>(select<T>(nothing, vec<T>{}, inverse), sign);
                MLMATH_UNROLL for (int i = 0; i < N; ++i) {
                    x[i][j] = N == 2 ? x[i][j] * factor : scale.marked(x[i][j] * factor);
                    v[i][j] = scale.marked(with_sign_of<T>(v[i][j], sign));
                }
            }
            s[j] = scale.marked(scale.back(s[j]));
        }
        // Their lengths are off by the roundings of a root and a quotient, which two rows cannot hide.
        if (!Vectors || N > 2) return;
        make_orthogonal<N, T>(x);
        MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j < N; ++j) x[i][j] = scale.marked(x[i][j]);
    }
};

// Columns of u (n x n) from the first that is zero on: what completes the others to an orthogonal matrix. Of n unit vectors at
// least one keeps a part of 1 / sqrt(n) outside of the columns so far.
template <class T>
void complete_columns(std::ptrdiff_t n, T* u, std::ptrdiff_t row, std::ptrdiff_t column) {
    std::ptrdiff_t unit = 0;
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        T* const own = u + k * column;
        bool zero = true;
        for (std::ptrdiff_t i = 0; i < n; ++i) zero = zero && own[i * row] == 0;
        for (; zero && unit < n; ++unit) {
            for (std::ptrdiff_t i = 0; i < n; ++i) own[i * row] = T(i == unit);
            for (int again = 0; again < 2; ++again)
                for (std::ptrdiff_t j = 0; j < k; ++j) {
                    const T* const other = u + j * column;
                    T product = 0;
                    for (std::ptrdiff_t i = 0; i < n; ++i) product = fma(own[i * row], other[i * row], product);
                    for (std::ptrdiff_t i = 0; i < n; ++i) own[i * row] = fnma(product, other[i * row], own[i * row]);
                }
            T square = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) square = fma(own[i * row], own[i * row], square);
            if (square * 2 * static_cast<T>(n) < 1) continue;
            const T length = root(square);
            for (std::ptrdiff_t i = 0; i < n; ++i) own[i * row] /= length;
            zero = false;
        }
    }
}

template <int N, bool Vectors, int Groups, class T>
void column_groups(const SvdLanesWork<T>& work) {
    constexpr int W = width<T>;
    ColumnLanes<N, Vectors, T> m[Groups];
    MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
        vec<T> run[N * N];
        if (load_square<N, T>(work.a + g * W, work.a_row, work.a_column, run))
            m[g].begin(run, 1, N);
        else
            m[g].begin(run, N, 1);
    }
    for (int sweep = 0; sweep < svd_lanes_most_sweeps; ++sweep) {
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) m[g].open = mask<T>{};
        jacobi_sweep<N>(m);
        mask<T> open{};
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) open = open | m[g].open;
        if (!any(open)) break;
    }
    MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
        mask<T> without;
        m[g].lengths();
        jacobi_order<N>(m[g]);
        m[g].end(without);
        store_run<N, T>(m[g].s, work.s + g * W);
        if (Vectors) {
            store_square<N, T>(&m[g].x[0][0], work.u + g * W, work.u_row, work.u_column);
            store_square<N, T>(&m[g].v[0][0], work.v + g * W, work.v_row, work.v_column);
            if (any(without & m[g].scale.finite))
                for (int l = 0; l < W; ++l)
                    if (without[l] && m[g].scale.finite[l]) complete_columns<T>(N, work.u[g * W + l], work.u_row, work.u_column);
        }
        store_status<T>(m[g].open, m[g].scale.finite, work.info + g * W);
    }
}

}  // namespace mlmath::MLMATH_LEVEL
