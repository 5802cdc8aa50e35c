// SPDX-License-Identifier: BSD-3-Clause
// power_iteration, textbook: multiply, look, scale to length one [GolubVanLoan2013, sec. 8.2.1]. Oracle of the tests, first rung.
#pragma once
#include <cmath>
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {

/// The eigenvalue w of largest magnitude of a symmetric matrix A and its vector: column `found` of x, where the start stands. The
/// columns before it are vectors found earlier: what lies along them is taken away in every step. Returns the steps, or -1 when
/// |A x - w x| <= tolerance was not reached.
template <class T>
std::ptrdiff_t power_iteration(MatrixView<const T> a, MatrixView<T> x, std::ptrdiff_t found, T tolerance, std::ptrdiff_t most_steps,
                               T& w) {
    const std::ptrdiff_t n = a.rows;
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) -> T& { return x.data[i * x.row_stride + j * x.column_stride]; };
    std::vector<T> y(n);
    for (std::ptrdiff_t i = 0; i < n; ++i) y[i] = at(i, found);
    for (std::ptrdiff_t step = 0; step <= most_steps; ++step) {
        for (std::ptrdiff_t j = 0; j < found; ++j) {
            T product = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) product += at(i, j) * y[i];
            for (std::ptrdiff_t i = 0; i < n; ++i) y[i] -= product * at(i, j);
        }
        T length = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) length += y[i] * y[i];
        length = std::sqrt(length);
        if (length == 0) return step;  // A x = 0: the eigenvalue 0, which w already is
        for (std::ptrdiff_t i = 0; i < n; ++i) at(i, found) = y[i] / length;
        w = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            y[i] = 0;
            for (std::ptrdiff_t j = 0; j < n; ++j) y[i] += a.data[i * a.row_stride + j * a.column_stride] * at(j, found);
            w += at(i, found) * y[i];
        }
        T residual = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) residual += (y[i] - w * at(i, found)) * (y[i] - w * at(i, found));
        if (std::sqrt(residual) <= tolerance) return step + 1;
    }
    return -1;
}

}  // namespace mlmath::textbook
