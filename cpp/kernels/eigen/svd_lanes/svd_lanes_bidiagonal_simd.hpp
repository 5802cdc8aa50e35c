// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes: a group made bidiagonal by reflections from both sides, and the reflections multiplied out [GolubVanLoan2013, sec.
// 5.4.8]; a lane for each matrix. No branch depends on a lane.
#pragma once
#include "kernels/eigen/lanes_reflections_simd.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {

// B = U^T A V: d on the diagonal, e above it. a: m x n by rows, m >= n; the reflections stay in it, those from the left below the
// diagonal, those from the right behind e, with their ones. x: m registers.
template <class T>
void make_bidiagonal(T* a, std::ptrdiff_t m, std::ptrdiff_t n, T* d, T* e, T* left, T* right, T* x) {
    constexpr int W = width<T>;
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) { return a + (i * n + j) * W; };
    store(e + (n - 1) * W, vec<T>{});
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        vec<T> tau;
        for (std::ptrdiff_t i = k; i < m; ++i) store(x + (i - k) * W, load(at(i, k)));
        store(d + k * W, reflection<T>(x, 1, m - k, tau));
        store(left + k * W, tau);
        store(x, broadcast(T(1)));
        for (std::ptrdiff_t i = k; i < m; ++i) store(at(i, k), load(x + (i - k) * W));
        if (k + 1 == n) break;
        reflect<T>(x, tau, m - k, at(k, k + 1), n, 1, n - k - 1);
        store(e + k * W, reflection<T>(at(k, k + 1), 1, n - k - 1, tau));
        store(right + k * W, tau);
        store(at(k, k + 1), broadcast(T(1)));
        reflect<T>(at(k, k + 1), tau, n - k - 1, at(k + 1, k + 1), 1, n, m - k - 1);
    }
}

// ut (vectors x m by rows) <- the first columns of H_0 H_1 ..., vt (n x n) likewise of those from the right.
template <class T>
void form_vectors(const T* a, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t vectors, const T* left, const T* right, T* x,
                  T* ut, T* vt) {
    constexpr int W = width<T>;
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) { return a + (i * n + j) * W; };
    set_identity<T>(ut, vectors, m);
    set_identity<T>(vt, n, n);
    for (std::ptrdiff_t k = n - 1; k >= 0; --k) {
        for (std::ptrdiff_t i = k; i < m; ++i) store(x + (i - k) * W, load(at(i, k)));
        reflect<T>(x, load(left + k * W), m - k, ut + (k * m + k) * W, 1, m, vectors - k);
        if (k + 2 < n) reflect<T>(at(k, k + 1), load(right + k * W), n - k - 1, vt + (k + 1) * (n + 1) * W, 1, n, n - k - 1);
    }
}

}  // namespace mlmath::MLMATH_LEVEL
