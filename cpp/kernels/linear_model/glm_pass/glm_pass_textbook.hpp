// SPDX-License-Identifier: BSD-3-Clause
// glm_pass, textbook: the definition in double, one row after the other. Oracle of the tests, fallback, baseline.
#pragma once
#include <vector>

#include "core/view.hpp"
#include "kernels/linear_model/losses/losses_textbook.hpp"

namespace mlmath::textbook {

/// f; gradient (d + 1) and hessian (d + 1, d + 1; null: not wanted) are written.
template <class T>
double glm_pass(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> weights, LinearLoss kind, double delta,
                const double* theta, double* gradient, double* hessian) {
    const std::ptrdiff_t n = x.rows, size = x.columns + 1;
    double loss = 0, total = 0;
    for (std::ptrdiff_t j = 0; j < size; ++j) gradient[j] = 0;
    for (std::ptrdiff_t j = 0; hessian != nullptr && j < size * size; ++j) hessian[j] = 0;
    std::vector<double> row(static_cast<std::size_t>(size), 1.0);  // (x_i, 1)
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        double z = theta[size - 1];
        for (std::ptrdiff_t j = 0; j + 1 < size; ++j) {
            row[j] = static_cast<double>(x.data[i * x.row_stride + j * x.column_stride]);
            z += row[j] * theta[j];
        }
        const double s = weights.data == nullptr ? 1 : static_cast<double>(weights.data[i * weights.stride]);
        const LossValues l = linear_loss(kind, static_cast<double>(y.data[i * y.stride]), z, delta);
        loss += s * l.loss;
        total += s;
        for (std::ptrdiff_t j = 0; j < size; ++j) {
            gradient[j] += s * l.derivative * row[j];
            for (std::ptrdiff_t k = 0; hessian != nullptr && k < size; ++k)
                hessian[j * size + k] += s * l.curvature * row[j] * row[k];
        }
    }
    for (std::ptrdiff_t j = 0; j < size; ++j) gradient[j] /= total;
    for (std::ptrdiff_t j = 0; hessian != nullptr && j < size * size; ++j) hessian[j] /= total;
    return loss / total;
}

}  // namespace mlmath::textbook
