// SPDX-License-Identifier: BSD-3-Clause
// fit_many: checks, groups of problems into lanes and back, dispatch, threads.
#include "kernels/linear_model/fit_many/fit_many.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/linear_model/fit_many/fit_many_group.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(FitManyKernels, fit_many_kernels);

namespace {

// Problems first .. first + here into the lanes of a group. Lanes behind them are problems without data, which end at once.
template <class T>
void fill(const FitManyData<T>& data, const FitManyOptions& options, std::ptrdiff_t first, std::ptrdiff_t here,
          std::ptrdiff_t lanes, const FitManyGroup& g, double* x, double* y, double* s) {
    const std::ptrdiff_t n = data.n, d = data.d;
    if (here < lanes) std::fill(x, x + g.p * n * lanes, 0.0), std::fill(y, y + n * lanes, 0.0), std::fill(s, s + n * lanes, 0.0);
    std::fill(g.theta, g.theta + g.p * lanes, 0.0);
    for (std::ptrdiff_t l = 0; l < here; ++l) {
        const T* xl = data.x + (first + l) * data.x_problem_stride;
        const T* yl = data.y + (first + l) * data.y_problem_stride;
        const T* sl = data.weights == nullptr ? nullptr : data.weights + (first + l) * data.weights_problem_stride;
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < d; ++j)
                x[(j * n + i) * lanes + l] = static_cast<double>(xl[i * data.x_row_stride + j * data.x_column_stride]);
        double total = static_cast<double>(n), mean = 0;
        if (sl != nullptr) {
            total = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) total += static_cast<double>(sl[i * data.weights_row_stride]);
            if (!(total > 0)) total = std::numeric_limits<double>::quiet_NaN();
        }
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            y[i * lanes + l] = static_cast<double>(yl[i * data.y_row_stride]);
            s[i * lanes + l] = (sl == nullptr ? 1.0 : static_cast<double>(sl[i * data.weights_row_stride])) / total;
            mean += s[i * lanes + l] * y[i * lanes + l];
        }
        // Poisson starts at the constant rate: from 0 a large mean is a step of that size, and e to it overflows.
        if (options.loss == LinearLoss::poisson && options.intercept && mean > 0 && std::isfinite(mean))
            g.theta[d * lanes + l] = std::log(mean);
    }
    if (options.intercept) std::fill(x + d * n * lanes, x + (d + 1) * n * lanes, 1.0);
}

void take(const FitManyGroup& g, std::ptrdiff_t first, std::ptrdiff_t here, std::ptrdiff_t lanes, const FitManyResult& result) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::ptrdiff_t d = result.theta.columns - 1;
    for (std::ptrdiff_t l = 0; l < here; ++l) {
        const auto status = static_cast<FitManyStatus>(static_cast<int>(g.status[l]));
        const bool bad = status == FitManyStatus::not_finite;
        double* theta = result.theta.data + (first + l) * result.theta.row_stride;
        for (std::ptrdiff_t j = 0; j <= d; ++j)
            theta[j * result.theta.column_stride] = bad ? nan : j < g.p ? g.theta[j * lanes + l] : 0;
        result.status[first + l] = status;
        result.iterations[first + l] = static_cast<std::int32_t>(g.iterations[l]);
        result.objective[first + l] = bad ? nan : g.objective[l];
        result.gradient_max[first + l] = bad ? nan : g.gradient_max[l];
        result.decrement[first + l] = bad ? nan : g.decrement[l];
    }
}

// Constraint: handing work over costs about a microsecond, a group is 8 problems of 10 steps at most a few ns per row and column.
// Decision: a second thread from 20000 numbers of X on, about 20 us.
constexpr std::ptrdiff_t numbers_worth_a_thread = 20000;

}  // namespace

template <class T>
void fit_many(const FitManyData<T>& data, const FitManyOptions& options, const FitManyResult& result) {
    constexpr const char* function = "fit_many";
    if (data.n < 1) invalid_argument(function, "X must have at least one row per problem, got 0");
    if (options.loss > LinearLoss::poisson) invalid_argument(function, "loss must be squared, logistic or poisson");
    check_shape(function, "theta", result.theta.rows, result.theta.columns, data.count, data.d + 1);
    check_non_negative(function, "l2", options.l2);
    check_non_negative(function, "tol", options.tolerance);
    if (options.max_iterations < 1)
        invalid_argument(function, "max_iter must be at least 1, got " + std::to_string(options.max_iterations));
    if (data.count < 1) return;

    const FitManyKernels& kernels = active(fit_many_kernels_by_level);
    const std::ptrdiff_t lanes = kernels.lanes, n = data.n, p = data.d + (options.intercept ? 1 : 0);
    const std::ptrdiff_t groups = (data.count + lanes - 1) / lanes;
    int threads = data.count * n * (data.d + 1) < numbers_worth_a_thread ? 1 : options.threads;
    threads = static_cast<int>(std::clamp<std::ptrdiff_t>(threads, 1, groups));
    // x, y, s, residual, curvature; theta, trial, direction, gradient, penalty, hessian; five results.
    const std::ptrdiff_t own = (n * (p + 4) + 5 * p + p * p + 5) * lanes;
    const std::size_t own_bytes = whole_lines(static_cast<std::size_t>(own) * sizeof(double));
    Workspace workspace(static_cast<std::size_t>(threads) * own_bytes);
    const auto group_of = [&](std::ptrdiff_t group, Team& team) {
        double* at = reinterpret_cast<double*>(workspace.data() + static_cast<std::size_t>(team.rank()) * own_bytes);
        const auto piece = [&](std::ptrdiff_t size) {
            double* here = at;
            at += size * lanes;
            return here;
        };
        FitManyGroup g;
        double *x = piece(p * n), *y = piece(n), *s = piece(n);
        g.n = n, g.p = p, g.x = x, g.y = y, g.s = s;
        g.residual = piece(n), g.curvature = piece(n);
        g.theta = piece(p), g.trial = piece(p), g.direction = piece(p), g.gradient = piece(p), g.penalty = piece(p);
        g.hessian = piece(p * p);
        g.status = piece(1), g.iterations = piece(1), g.objective = piece(1), g.gradient_max = piece(1), g.decrement = piece(1);
        for (std::ptrdiff_t j = 0; j < p * lanes; ++j) g.penalty[j] = j < data.d * lanes ? options.l2 : 0, g.direction[j] = 0;
        const std::ptrdiff_t first = group * lanes, here = std::min(lanes, data.count - first);
        fill(data, options, first, here, lanes, g, x, y, s);
        kernels.fit(g, options);
        take(g, first, here, lanes, result);
    };
    parallel_for(groups, threads, group_of);
}

template void fit_many(const FitManyData<double>&, const FitManyOptions&, const FitManyResult&);
template void fit_many(const FitManyData<float>&, const FitManyOptions&, const FitManyResult&);

}  // namespace mlmath
