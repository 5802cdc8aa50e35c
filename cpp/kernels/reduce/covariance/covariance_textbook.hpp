// SPDX-License-Identifier: BSD-3-Clause
// covariance, textbook: the definition, in two passes. Oracle of the tests.
#pragma once
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {

/// c[i*rows + j] = sum_k (x_ik - m_i)(x_jk - m_j); rows of x are variables, columns observations.
inline void covariance(MatrixView<const double> x, double* c) {
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t k) { return x.data[i * x.row_stride + k * x.column_stride]; };
    std::vector<double> mean(static_cast<std::size_t>(x.rows), 0.0);
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t k = 0; k < x.columns; ++k) mean[i] += at(i, k);
        mean[i] /= static_cast<double>(x.columns);
    }
    for (std::ptrdiff_t i = 0; i < x.rows; ++i)
        for (std::ptrdiff_t j = 0; j < x.rows; ++j) {
            double sum = 0;
            for (std::ptrdiff_t k = 0; k < x.columns; ++k) sum += (at(i, k) - mean[i]) * (at(j, k) - mean[j]);
            c[i * x.rows + j] = sum;
        }
}

}  // namespace mlmath::textbook
