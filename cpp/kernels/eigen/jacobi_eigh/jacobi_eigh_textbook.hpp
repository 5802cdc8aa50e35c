// SPDX-License-Identifier: BSD-3-Clause
// jacobi_eigh, textbook: the classical cyclic Jacobi method, row by row [GolubVanLoan2013, alg. 8.5.3]. Oracle of the tests,
// baseline.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {

/// Sweeps used, or -1 when 60 were not enough. a: symmetric, (n, n); w: n ascending eigenvalues; v: (n, n), eigenvectors in
/// columns, the largest component of each positive.
template <class T>
int jacobi_eigh(MatrixView<const T> a, VectorView<T> w, MatrixView<T> v) {
    const std::ptrdiff_t n = a.rows;
    std::vector<T> m(n * n), u(n * n);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            m[i * n + j] = a.data[i * a.row_stride + j * a.column_stride];
            u[i * n + j] = i == j;
        }
    int sweeps = 0;
    for (bool rotated = true; rotated; ++sweeps) {
        if (sweeps == 60) return -1;
        rotated = false;
        for (std::ptrdiff_t p = 0; p < n; ++p)
            for (std::ptrdiff_t q = p + 1; q < n; ++q) {
                const T apq = m[p * n + q], app = m[p * n + p], aqq = m[q * n + q];
                if (std::abs(apq) <= std::numeric_limits<T>::epsilon() * std::sqrt(std::abs(app)) * std::sqrt(std::abs(aqq)))
                    continue;
                rotated = true;
                const T theta = (aqq - app) / (2 * apq);
                const T t = std::copysign(1 / (std::abs(theta) + std::hypot(T(1), theta)), theta);
                const T c = 1 / std::sqrt(1 + t * t), s = t * c;
                for (std::ptrdiff_t k = 0; k < n; ++k) {  // A J
                    const T x = m[k * n + p], y = m[k * n + q];
                    m[k * n + p] = c * x - s * y;
                    m[k * n + q] = s * x + c * y;
                }
                for (std::ptrdiff_t k = 0; k < n; ++k) {  // J^T (A J), and V J
                    const T x = m[p * n + k], y = m[q * n + k];
                    m[p * n + k] = c * x - s * y;
                    m[q * n + k] = s * x + c * y;
                    const T f = u[k * n + p], g = u[k * n + q];
                    u[k * n + p] = c * f - s * g;
                    u[k * n + q] = s * f + c * g;
                }
                m[p * n + p] = app - t * apq;
                m[q * n + q] = aqq + t * apq;
                m[p * n + q] = m[q * n + p] = 0;
            }
    }
    std::vector<std::ptrdiff_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto i, auto j) { return m[i * n + i] < m[j * n + j]; });
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        const std::ptrdiff_t from = order[j];
        w.data[j * w.stride] = m[from * n + from];
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i)
            if (std::abs(u[i * n + from]) > std::abs(largest)) largest = u[i * n + from];
        for (std::ptrdiff_t i = 0; i < n; ++i)
            v.data[i * v.row_stride + j * v.column_stride] = largest < 0 ? -u[i * n + from] : u[i * n + from];
    }
    return sweeps;
}

}  // namespace mlmath::textbook
