// SPDX-License-Identifier: BSD-3-Clause
// glm_pass, textbook: the definition in double, one row after the other. Oracle of the tests, fallback, baseline.
#pragma once
#include <vector>

#include "core/view.hpp"
#include "kernels/linear_model/losses_scalar.hpp"

namespace mlmath::textbook {

/// f; gradient (K, d + 1) and hessian (d + 1, d + 1; only K = 1; null: not wanted) are written. K: multinomial's classes, else 1.
template <class T>
double glm_pass(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> weights, LinearLoss kind, double delta,
                const double* theta, double* gradient, double* hessian, std::ptrdiff_t outputs = 1) {
    const std::ptrdiff_t n = x.rows, size = x.columns + 1;
    double loss = 0, total = 0;
    for (std::ptrdiff_t j = 0; j < outputs * size; ++j) gradient[j] = 0;
    for (std::ptrdiff_t j = 0; hessian != nullptr && j < size * size; ++j) hessian[j] = 0;
    std::vector<double> row(static_cast<std::size_t>(size), 1.0);  // (x_i, 1)
    std::vector<double> z(static_cast<std::size_t>(outputs));      // scores, then derivatives
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        for (std::ptrdiff_t j = 0; j + 1 < size; ++j) row[j] = static_cast<double>(x.data[i * x.row_stride + j * x.column_stride]);
        for (std::ptrdiff_t k = 0; k < outputs; ++k) {
            z[k] = theta[k * size + size - 1];
            for (std::ptrdiff_t j = 0; j + 1 < size; ++j) z[k] += row[j] * theta[k * size + j];
        }
        const double s = weights.data == nullptr ? 1 : static_cast<double>(weights.data[i * weights.stride]);
        const double target = static_cast<double>(y.data[i * y.stride]);
        double curvature = 0;
        if (kind == LinearLoss::multinomial) {
            loss += s * multinomial_loss(static_cast<std::ptrdiff_t>(target), z.data(), outputs);
        } else {
            const LossValues l = linear_loss(kind, target, z[0], delta);
            loss += s * l.loss, z[0] = l.derivative, curvature = l.curvature;
        }
        total += s;
        for (std::ptrdiff_t k = 0; k < outputs; ++k)
            for (std::ptrdiff_t j = 0; j < size; ++j) gradient[k * size + j] += s * z[k] * row[j];
        for (std::ptrdiff_t j = 0; hessian != nullptr && j < size; ++j)
            for (std::ptrdiff_t k = 0; k < size; ++k) hessian[j * size + k] += s * curvature * row[j] * row[k];
    }
    for (std::ptrdiff_t j = 0; j < outputs * size; ++j) gradient[j] /= total;
    for (std::ptrdiff_t j = 0; hessian != nullptr && j < size * size; ++j) hessian[j] /= total;
    return loss / total;
}

}  // namespace mlmath::textbook
