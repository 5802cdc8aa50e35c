// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes, orders above the smallest: a group made tridiagonal by reflections, and the reflections multiplied out
// [GolubVanLoan2013, sec. 8.3.1]; a lane for each matrix. No branch depends on a lane: a column that is zero already gets tau = 0.
#pragma once
#include "kernels/eigen/eigh_lanes/eigh_lanes_kernels.hpp"
#include "kernels/eigen/lanes_reflections_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

// The lower triangle by rows, element (i, j) at l + (i (i + 1) / 2 + j) W.
template <class T>
struct Triangle {
    static constexpr int W = width<T>;
    T* l;
    MLMATH_INLINE T* row(std::ptrdiff_t i) const { return l + i * (i + 1) / 2 * W; }
};

// p <- A x for the rows and columns from `from` on. Every element below the diagonal counts twice, and four rows share what they
// add to a p_j: an element is loaded once for two products.
template <class T>
MLMATH_INLINE void triangle_times(Triangle<T> a, std::ptrdiff_t from, std::ptrdiff_t n, const T* x, T* p) {
    constexpr int W = width<T>;
    std::ptrdiff_t i = from;
    for (; i + 4 <= n; i += 4) {
        vec<T> sum[4] = {}, xi[4];
        const T* row[4];
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
            row[r] = a.row(i + r);
            xi[r] = load(x + (i + r) * W);
        }
        for (std::ptrdiff_t j = from; j < i; ++j) {
            const vec<T> xj = load(x + j * W);
            vec<T> pj = load(p + j * W);
            MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
                const vec<T> e = load(row[r] + j * W);
                sum[r] = fma(e, xj, sum[r]);
                pj = fma(e, xi[r], pj);
            }
            store(p + j * W, pj);
        }
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
            MLMATH_UNROLL for (int c = 0; c < 4; ++c) {
                if (c <= r) {
                    const vec<T> e = load(row[r] + (i + c) * W);
                    sum[r] = fma(e, xi[c], sum[r]);
                    if (c < r) sum[c] = fma(e, xi[r], sum[c]);
                }
            }
        }
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) store(p + (i + r) * W, sum[r]);
    }
    for (; i < n; ++i) {
        const T* const row = a.row(i);
        const vec<T> xi = load(x + i * W);
        vec<T> sum{};
        for (std::ptrdiff_t j = from; j < i; ++j) {
            const vec<T> e = load(row + j * W);
            sum = fma(e, load(x + j * W), sum);
            store(p + j * W, fma(e, xi, load(p + j * W)));
        }
        store(p + i * W, fma(load(row + i * W), xi, sum));
    }
}

// A <- A - x y^T - y x^T from row and column `from` on.
template <class T>
MLMATH_INLINE void triangle_update(Triangle<T> a, std::ptrdiff_t from, std::ptrdiff_t n, const T* x, const T* y) {
    constexpr int W = width<T>;
    std::ptrdiff_t i = from;
    for (; i + 4 <= n; i += 4) {
        vec<T> xi[4], yi[4];
        T* row[4];
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
            row[r] = a.row(i + r);
            xi[r] = load(x + (i + r) * W);
            yi[r] = load(y + (i + r) * W);
        }
        for (std::ptrdiff_t j = from; j < i; ++j) {
            const vec<T> xj = load(x + j * W), yj = load(y + j * W);
            MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
                T* const e = row[r] + j * W;
                store(e, fnma(yi[r], xj, fnma(xi[r], yj, load(e))));
            }
        }
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
            MLMATH_UNROLL for (int c = 0; c < 4; ++c) {
                T* const e = row[r] + (i + c) * W;
                if (c <= r) store(e, fnma(yi[r], xi[c], fnma(xi[r], yi[c], load(e))));
            }
        }
    }
    for (; i < n; ++i) {
        const vec<T> xi = load(x + i * W), yi = load(y + i * W);
        for (std::ptrdiff_t j = from; j <= i; ++j) {
            T* const e = a.row(i) + j * W;
            store(e, fnma(yi, load(x + j * W), fnma(xi, load(y + j * W), load(e))));
        }
    }
}

// T = Q^T A Q: diagonal d, e beside it. v_k stays below the diagonal of a's column k, in row k + 2 and on; tau_k in tau. x, p: n
// registers.
template <class T>
void make_tridiagonal(Triangle<T> a, std::ptrdiff_t n, T* d, T* e, T* tau, T* x, T* p) {
    constexpr int W = width<T>;
    const vec<T> half = broadcast(T(0.5));
    for (std::ptrdiff_t k = 0; k + 2 < n; ++k) {
        const std::ptrdiff_t from = k + 1, count = n - from;
        for (std::ptrdiff_t i = from; i < n; ++i) store(x + i * W, load(a.row(i) + k * W));
        vec<T> t;
        store(e + k * W, reflection<T>(x + from * W, 1, count, t));
        store(tau + k * W, t);
        store(x + from * W, broadcast(T(1)));
        for (std::ptrdiff_t i = from; i < n; ++i) store(a.row(i) + k * W, load(x + i * W));
        triangle_times<T>(a, from, n, x, p);
        vec<T> product{};
        for (std::ptrdiff_t i = from; i < n; ++i) product = fma(load(p + i * W), load(x + i * W), product);
        const vec<T> back = half * t * t * product;
        for (std::ptrdiff_t i = from; i < n; ++i) store(p + i * W, fnma(back, load(x + i * W), t * load(p + i * W)));
        triangle_update<T>(a, from, n, x, p);
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) store(d + i * W, load(a.row(i) + i * W));
    store(e + (n - 2) * W, load(a.row(n - 1) + (n - 2) * W));
    store(e + (n - 1) * W, vec<T>{});
}

// zt <- Q^T, n x n by rows: H_0 H_1 ... from the last to the first, each on the part of the identity that has been changed.
template <class T>
void form_q(Triangle<T> a, std::ptrdiff_t n, const T* tau, T* x, T* zt) {
    constexpr int W = width<T>;
    set_identity<T>(zt, n, n);
    for (std::ptrdiff_t k = n - 3; k >= 0; --k) {
        const std::ptrdiff_t from = k + 1, count = n - from;
        for (std::ptrdiff_t i = 0; i < count; ++i) store(x + i * W, load(a.row(from + i) + k * W));
        reflect<T>(x, load(tau + k * W), count, zt + (from * n + from) * W, 1, n, count);
    }
}

}  // namespace mlmath::MLMATH_LEVEL
