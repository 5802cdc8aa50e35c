// SPDX-License-Identifier: BSD-3-Clause
// fit_many, textbook: Newton's method with step halving for one problem. Oracle of the tests, baseline.
#pragma once
#include <cmath>
#include <vector>

#include "kernels/linear_model/fit_many/fit_many.hpp"

namespace mlmath::textbook {

/// f at theta (d + 1), with gradient and Hessian, of problem `which`.
template <class T>
double fit_many_objective(const FitManyData<T>& data, std::ptrdiff_t which, const FitManyOptions& options, const double* theta,
                          std::vector<double>& gradient, std::vector<double>& hessian) {
    const std::ptrdiff_t d = data.d, p = d + 1;
    std::vector<double> row(p, 1.0);
    gradient.assign(p, 0.0), hessian.assign(p * p, 0.0);
    if (!options.intercept) row[d] = 0, hessian[d * p + d] = 1;
    double f = 0, total = 0;
    for (std::ptrdiff_t i = 0; i < data.n; ++i) {
        double z = row[d] * theta[d], loss, slope, curvature;
        const double y = double(data.y[which * data.y_problem_stride + i * data.y_row_stride]);
        const double s =
            data.weights == nullptr ? 1 : double(data.weights[which * data.weights_problem_stride + i * data.weights_row_stride]);
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            row[j] = double(data.x[which * data.x_problem_stride + i * data.x_row_stride + j * data.x_column_stride]);
            z += row[j] * theta[j];
        }
        if (options.loss == LinearLoss::squared) {
            loss = (z - y) * (z - y) / 2, slope = z - y, curvature = 1;
        } else if (options.loss == LinearLoss::logistic) {
            const double p1 = 1 / (1 + std::exp(-z));
            loss = std::fmax(z, 0) + std::log1p(std::exp(-std::fabs(z))) - y * z, slope = p1 - y, curvature = p1 * (1 - p1);
        } else {
            loss = std::exp(z) - y * z, slope = std::exp(z) - y, curvature = std::exp(z);
        }
        f += s * loss, total += s;
        for (std::ptrdiff_t j = 0; j < p; ++j) gradient[j] += s * slope * row[j];
        for (std::ptrdiff_t j = 0; j < p * p; ++j) hessian[j] += s * curvature * row[j / p] * row[j % p];
    }
    f /= total;
    for (double& g : gradient) g /= total;
    for (double& h : hessian) h /= total;
    for (std::ptrdiff_t j = 0; j < d; ++j) {
        f += options.l2 / 2 * theta[j] * theta[j];
        gradient[j] += options.l2 * theta[j], hessian[j * p + j] += options.l2;
    }
    return f;
}

/// theta (d + 1): start and result. Returns the steps taken.
template <class T>
int fit_many(const FitManyData<T>& data, std::ptrdiff_t which, const FitManyOptions& options, std::vector<double>& theta) {
    const std::ptrdiff_t p = data.d + 1;
    std::vector<double> g, h, unused_g, unused_h, trial(p);
    for (int iteration = 0;; ++iteration) {
        const double f = fit_many_objective(data, which, options, theta.data(), g, h);
        double largest = 0;
        for (double slope : g) largest = std::fmax(largest, std::fabs(slope));
        if (largest <= options.tolerance || iteration == options.max_iterations) return iteration;
        for (std::ptrdiff_t k = 0; k < p; ++k)  // Gauss: g becomes H^-1 g
            for (std::ptrdiff_t j = 0; j < p; ++j) {
                if (j == k) continue;
                const double factor = h[j * p + k] / h[k * p + k];
                for (std::ptrdiff_t m = k; m < p; ++m) h[j * p + m] -= factor * h[k * p + m];
                g[j] -= factor * g[k];
            }
        for (double step = 1; step > 1e-12; step /= 2) {
            for (std::ptrdiff_t j = 0; j < p; ++j) trial[j] = theta[j] - step * g[j] / h[j * p + j];
            if (fit_many_objective(data, which, options, trial.data(), unused_g, unused_h) <= f) break;
        }
        theta = trial;
    }
}

}  // namespace mlmath::textbook
