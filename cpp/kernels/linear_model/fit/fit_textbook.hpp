// SPDX-License-Identifier: BSD-3-Clause
// fit, textbook: Newton's method with the definition's derivatives, elimination, and halved steps. Oracle of the tests, baseline.
#pragma once
#include <cmath>
#include <vector>

#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/glm_pass/glm_pass_textbook.hpp"

namespace mlmath::textbook {

/// Iterations taken; -1 when max_iterations did not suffice. theta: the start, then the result.
template <class T>
int linear_fit(const LinearData<T>& data, const LinearProblem& problem, const FitOptions& options, std::vector<double>& theta) {
    const std::size_t size = theta.size(), d = size - 1;
    std::vector<double> g(size), a(size * size), p(size), next(size), unused(size);
    const auto evaluate = [&](const std::vector<double>& at, double* gradient, double* hessian) {
        double f = glm_pass(data.x, data.y, data.weights, problem.loss, problem.delta, at.data(), gradient, hessian);
        for (std::size_t j = 0; j < d; ++j) {
            f += options.l2 / 2 * at[j] * at[j];
            gradient[j] += options.l2 * at[j];
            if (hessian != nullptr) hessian[j * size + j] += options.l2;
        }
        if (!options.intercept) {
            gradient[d] = 0;
            for (std::size_t j = 0; hessian != nullptr && j < size; ++j) hessian[j * size + d] = hessian[d * size + j] = j == d;
        }
        return f;
    };
    for (int k = 0; k <= options.max_iterations; ++k) {
        const double f = evaluate(theta, g.data(), a.data());
        double largest = 0, slope = 0;
        for (double value : g) largest = std::fmax(largest, std::fabs(value));
        if (largest <= options.tolerance) return k;
        for (std::size_t j = 0; j < size; ++j) p[j] = -g[j];
        for (std::size_t i = 0; i < size; ++i)  // elimination: H is positive definite, no pivoting
            for (std::size_t r = i + 1; r < size; ++r) {
                const double factor = a[r * size + i] / a[i * size + i];
                for (std::size_t c = i; c < size; ++c) a[r * size + c] -= factor * a[i * size + c];
                p[r] -= factor * p[i];
            }
        for (std::size_t i = size; i-- > 0;) {
            for (std::size_t c = i + 1; c < size; ++c) p[i] -= a[i * size + c] * p[c];
            p[i] /= a[i * size + i];
        }
        for (std::size_t j = 0; j < size; ++j) slope += g[j] * p[j];
        double t = 1;
        for (int trial = 0; trial < 30; ++trial, t /= 2) {
            for (std::size_t j = 0; j < size; ++j) next[j] = theta[j] + t * p[j];
            if (evaluate(next, unused.data(), nullptr) <= f + t * slope / 2048 + 1e-15 * std::fabs(f)) break;
        }
        theta = next;
    }
    return -1;
}

}  // namespace mlmath::textbook
