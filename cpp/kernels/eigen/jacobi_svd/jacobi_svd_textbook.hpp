// SPDX-License-Identifier: BSD-3-Clause
// jacobi_svd, textbook: one-sided Jacobi, column by column [GolubVanLoan2013, sec. 8.6.3]. Oracle of the tests, baseline.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {

/// a: (m, n) with m >= n. s: n descending values, u: (m, n), vt: (n, n). A column of u that belongs to s = 0 is zero. Sweeps used,
/// or -1 when 60 were not enough.
template <class T>
int jacobi_svd(MatrixView<const T> a, MatrixView<T> u, T* s, MatrixView<T> vt) {
    const std::ptrdiff_t m = a.rows, n = a.columns;
    std::vector<T> x(m * n), v(n * n);
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) x[i * n + j] = a.data[i * a.row_stride + j * a.column_stride];
    for (std::ptrdiff_t j = 0; j < n; ++j) v[j * n + j] = 1;
    const auto product = [&](std::ptrdiff_t p, std::ptrdiff_t q) {
        T sum = 0;
        for (std::ptrdiff_t i = 0; i < m; ++i) sum += x[i * n + p] * x[i * n + q];
        return sum;
    };
    int sweeps = 0;
    for (bool rotated = true; rotated; ++sweeps) {
        if (sweeps == 60) return -1;
        rotated = false;
        for (std::ptrdiff_t p = 0; p < n; ++p)
            for (std::ptrdiff_t q = p + 1; q < n; ++q) {
                const T pp = product(p, p), qq = product(q, q), pq = product(p, q);
                if (std::abs(pq) <= std::numeric_limits<T>::epsilon() * std::sqrt(T(m)) * std::sqrt(pp) * std::sqrt(qq)) continue;
                rotated = true;
                const T theta = (qq - pp) / (2 * pq);
                const T t = std::copysign(1 / (std::abs(theta) + std::hypot(T(1), theta)), theta);
                const T c = 1 / std::sqrt(1 + t * t), sine = t * c;
                const auto rotate = [&](std::vector<T>& matrix, std::ptrdiff_t rows) {
                    for (std::ptrdiff_t i = 0; i < rows; ++i) {
                        const T f = matrix[i * n + p], g = matrix[i * n + q];
                        matrix[i * n + p] = c * f - sine * g;
                        matrix[i * n + q] = sine * f + c * g;
                    }
                };
                rotate(x, m);
                rotate(v, n);
            }
    }
    std::vector<T> length(n);
    for (std::ptrdiff_t j = 0; j < n; ++j) length[j] = std::sqrt(product(j, j));
    std::vector<std::ptrdiff_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::ptrdiff_t i, std::ptrdiff_t j) { return length[i] > length[j]; });
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        const std::ptrdiff_t j = order[k];
        s[k] = length[j];
        for (std::ptrdiff_t i = 0; i < m; ++i)
            u.data[i * u.row_stride + k * u.column_stride] = s[k] > 0 ? x[i * n + j] / s[k] : T(0);
        for (std::ptrdiff_t i = 0; i < n; ++i) vt.data[k * vt.row_stride + i * vt.column_stride] = v[i * n + j];
    }
    return sweeps;
}

}  // namespace mlmath::textbook
