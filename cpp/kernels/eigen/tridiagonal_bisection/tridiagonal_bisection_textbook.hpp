// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection, textbook: count, halve, count [GolubVanLoan2013, sec. 8.4]; vectors by inverse iteration [Wilkinson1965].
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {

/// Negative pivots q_i = d_i - x - e_i-1^2 / q_i-1 of T - x I.
template <class T>
std::ptrdiff_t tridiagonal_count(std::ptrdiff_t n, const T* d, const T* e, T x) {
    std::ptrdiff_t count = 0;
    T q = 1;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        q = d[i] - x - (i > 0 ? e[i - 1] * e[i - 1] / q : T(0));
        if (std::abs(q) < std::numeric_limits<T>::min()) q = -std::numeric_limits<T>::min();
        count += q < 0;
    }
    return count;
}

template <class T>
void tridiagonal_bisection(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t from, std::ptrdiff_t to, T* w) {
    T bound = 0;  // Gershgorin: no eigenvalue is farther from 0
    for (std::ptrdiff_t i = 0; i < n; ++i)
        bound = std::max(bound, std::abs(d[i]) + (i > 0 ? std::abs(e[i - 1]) : T(0)) + (i + 1 < n ? std::abs(e[i]) : T(0)));
    for (std::ptrdiff_t k = from; k < to; ++k) {
        T low = -bound * T(1.01), high = bound * T(1.01);
        for (T middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2)
            (tridiagonal_count(n, d, e, middle) <= k ? low : high) = middle;
        w[k - from] = (low + high) / 2;
    }
}

/// z (n numbers) <- the vector to w: x <- (T - w I)^-1 x twice, by elimination with row exchanges, from x = (1, ..., 1) and
/// orthogonal to the `found` rows of n numbers at `before`.
template <class T>
void tridiagonal_vector(std::ptrdiff_t n, const T* d, const T* e, T w, T largest, const T* before, std::ptrdiff_t found, T* z) {
    for (std::ptrdiff_t i = 0; i < n; ++i) z[i] = 1 + T(0.1) * static_cast<T>(i % 7 + found);
    for (int again = 0; again < 3; ++again) {
        std::vector<T> u(n), v(n), t(n);  // row i: u_i x_i + v_i x_i+1 + t_i x_i+2 = z_i
        for (std::ptrdiff_t i = 0; i < n; ++i) u[i] = d[i] - w;
        for (std::ptrdiff_t i = 0; i + 1 < n; ++i) v[i] = e[i];
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            T below = i + 1 < n ? e[i] : T(0);
            if (std::abs(below) > std::abs(u[i])) {
                std::swap(u[i], below);
                std::swap(v[i], u[i + 1]);
                std::swap(t[i], v[i + 1]);
                std::swap(z[i], z[i + 1]);
            }
            if (u[i] == 0) u[i] = std::numeric_limits<T>::epsilon() * largest;
            if (i + 1 == n) break;
            u[i + 1] -= below / u[i] * v[i];
            v[i + 1] -= below / u[i] * t[i];
            z[i + 1] -= below / u[i] * z[i];
        }
        for (std::ptrdiff_t i = n - 1; i >= 0; --i)
            z[i] = (z[i] - (i + 1 < n ? v[i] * z[i + 1] : T(0)) - (i + 2 < n ? t[i] * z[i + 2] : T(0))) / u[i];
        for (std::ptrdiff_t k = 0; k < 2 * found; ++k) {
            T product = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) product += before[k % found * n + i] * z[i];
            for (std::ptrdiff_t i = 0; i < n; ++i) z[i] -= product * before[k % found * n + i];
        }
        T length = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) length = std::hypot(length, z[i]);
        for (std::ptrdiff_t i = 0; i < n; ++i) z[i] /= length;
    }
}

}  // namespace mlmath::textbook
