// SPDX-License-Identifier: BSD-3-Clause
// tridiagonalize, textbook: one reflection after the other, on both sides of the whole matrix [GolubVanLoan2013, sec. 8.3.1, from
// the last row]. Oracle of the tests.
#pragma once
#include <cmath>
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {

/// a: (n, n) symmetric; d: n, e: n - 1 elements of T; q: (n, n), A = Q T Q^T. Largest magnitude of a about one.
template <class T>
void tridiagonalize(MatrixView<const T> a, T* d, T* e, MatrixView<T> q) {
    const std::ptrdiff_t n = a.rows;
    std::vector<T> m(n * n), v(n), p(n);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            m[i * n + j] = a.data[i * a.row_stride + j * a.column_stride];
            q.data[i * q.row_stride + j * q.column_stride] = i == j;
        }
    for (std::ptrdiff_t k = n - 1; k > 0; --k) {
        T squares = 0;
        for (std::ptrdiff_t j = 0; j < k - 1; ++j) squares += m[k * n + j] * m[k * n + j];
        const T alpha = m[k * n + k - 1], beta = squares == 0 ? alpha : -std::copysign(std::sqrt(alpha * alpha + squares), alpha);
        d[k] = m[k * n + k];
        e[k - 1] = beta;
        if (squares == 0) continue;
        const T tau = (beta - alpha) / beta;
        for (std::ptrdiff_t j = 0; j < k - 1; ++j) v[j] = m[k * n + j] / (alpha - beta);
        v[k - 1] = 1;
        // H A H = A - v w^T - w v^T, w = p - (tau / 2) (p . v) v, p = tau A v.
        T product = 0;
        for (std::ptrdiff_t i = 0; i < k; ++i) {
            p[i] = 0;
            for (std::ptrdiff_t j = 0; j < k; ++j) p[i] += tau * m[i * n + j] * v[j];
            product += p[i] * v[i];
        }
        for (std::ptrdiff_t i = 0; i < k; ++i) p[i] -= tau / 2 * product * v[i];
        for (std::ptrdiff_t i = 0; i < k; ++i)
            for (std::ptrdiff_t j = 0; j < k; ++j) m[i * n + j] -= v[i] * p[j] + p[i] * v[j];
        for (std::ptrdiff_t i = 0; i < n; ++i) {  // Q H
            T* const row = q.data + i * q.row_stride;
            T sum = 0;
            for (std::ptrdiff_t j = 0; j < k; ++j) sum += row[j * q.column_stride] * v[j];
            for (std::ptrdiff_t j = 0; j < k; ++j) row[j * q.column_stride] -= tau * sum * v[j];
        }
    }
    if (n > 0) d[0] = m[0];
}

}  // namespace mlmath::textbook
