// SPDX-License-Identifier: BSD-3-Clause
// multinomial, textbook: Boehning's lower-bound algorithm [Boehning1992], one row after the other. Oracle of the tests, baseline.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/glm_pass/glm_pass_textbook.hpp"

namespace mlmath::textbook {

/// The Hessian of the loss never exceeds (1/2) (I - 11^T/K) (x) X~^T X~ / S (X~: X with a column of ones), so that
///   theta_k -= B^-1 g_k,   B = X~^T X~ / (2 S) + l2 diag(1, ..., 1, 0)
/// makes f fall in every step: one factorization for all classes and all steps, convergence linear. Returns the steps taken.
template <class T>
int multinomial_fit(const LabelledData<T>& data, std::ptrdiff_t classes, double l2, double tolerance, int max_iterations,
                    double* theta) {
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns, p = d + 1;
    std::vector<double> x(static_cast<std::size_t>(n * d)), weights(static_cast<std::size_t>(n)),
        b(static_cast<std::size_t>(p * p));
    double total = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        weights[i] = data.weights.data == nullptr ? 1 : double(data.weights.data[i * data.weights.stride]);
        total += weights[i];
        for (std::ptrdiff_t j = 0; j < d; ++j) x[i * d + j] = double(data.x.data[i * data.x.row_stride + j * data.x.column_stride]);
    }
    const auto column = [&](std::ptrdiff_t i, std::ptrdiff_t j) { return j < d ? x[i * d + j] : 1.0; };
    for (std::ptrdiff_t j = 0; j < p; ++j)
        for (std::ptrdiff_t k = 0; k < p; ++k) {
            for (std::ptrdiff_t i = 0; i < n; ++i) b[j * p + k] += weights[i] * column(i, j) * column(i, k) / (2 * total);
            if (j == k && j < d) b[j * p + k] += l2;
        }
    for (std::ptrdiff_t j = 0; j < p; ++j)  // Cholesky, lower triangle in place
        for (std::ptrdiff_t i = j; i < p; ++i) {
            for (std::ptrdiff_t m = 0; m < j; ++m) b[i * p + j] -= b[i * p + m] * b[j * p + m];
            b[i * p + j] = i == j ? std::sqrt(b[j * p + j]) : b[i * p + j] / b[j * p + j];
        }
    const std::vector<double> y(data.labels, data.labels + n);
    std::vector<double> gradient(static_cast<std::size_t>(classes * p)), step(static_cast<std::size_t>(p));
    for (int iteration = 0;; ++iteration) {
        glm_pass<double>({x.data(), n, d, d, 1}, {y.data(), n, 1}, {weights.data(), n, 1}, LinearLoss::multinomial, 0, theta,
                         gradient.data(), nullptr, classes);
        for (std::ptrdiff_t j = 0; j < classes * p; ++j) gradient[j] += j % p < d ? l2 * theta[j] : 0;
        double largest = 0;
        for (double g : gradient) largest = std::max(largest, std::fabs(g));
        if (largest <= tolerance || iteration == max_iterations) return iteration;
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            std::copy_n(gradient.data() + k * p, p, step.data());
            for (std::ptrdiff_t j = 0; j < p; ++j) {
                for (std::ptrdiff_t m = 0; m < j; ++m) step[j] -= b[j * p + m] * step[m];
                step[j] /= b[j * p + j];
            }
            for (std::ptrdiff_t j = p - 1; j >= 0; --j) {
                for (std::ptrdiff_t m = j + 1; m < p; ++m) step[j] -= b[m * p + j] * step[m];
                step[j] /= b[j * p + j];
                theta[k * p + j] -= step[j];
            }
        }
    }
}

}  // namespace mlmath::textbook
