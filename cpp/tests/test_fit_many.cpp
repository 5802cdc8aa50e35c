// SPDX-License-Identifier: BSD-3-Clause
// fit_many against its textbook: shapes around the lanes and tiles, strides, weights, losses, threads.
#include "kernels/linear_model/fit_many/fit_many.hpp"
#include "kernels/linear_model/fit_many/fit_many_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

struct Results {
    std::vector<double> theta, objective, gradient, decrement;
    std::vector<FitManyStatus> status;
    std::vector<std::int32_t> iterations;
};

template <class T>
Results run(const FitManyData<T>& data, const FitManyOptions& options) {
    const auto count = static_cast<std::size_t>(data.count);
    Results r;
    r.theta.resize(count * static_cast<std::size_t>(data.d + 1));
    r.objective.resize(count), r.gradient.resize(count), r.decrement.resize(count), r.status.resize(count),
        r.iterations.resize(count);
    fit_many(data, options,
             {{r.theta.data(), data.count, data.d + 1, data.d + 1, 1},
              r.status.data(),
              r.iterations.data(),
              r.objective.data(),
              r.gradient.data(),
              r.decrement.data()});
    return r;
}

template <class T>
void check_fit_many(std::ptrdiff_t count, std::ptrdiff_t n, std::ptrdiff_t d, LinearLoss loss, bool weighted, bool intercept) {
    Numbers numbers(static_cast<unsigned long long>(count * 131 + n * 17 + d));
    std::vector<T> x, y, s;
    for (std::ptrdiff_t i = 0; i < count * (n + 1) * (d + 2); ++i) x.push_back(static_cast<T>(numbers.next()));
    for (std::ptrdiff_t i = 0; i < count * n; ++i) {
        const double u = numbers.next();
        y.push_back(static_cast<T>(loss == LinearLoss::logistic ? u > 0 : loss == LinearLoss::poisson ? (u + 1) * 2 : u));
        s.push_back(static_cast<T>(1.5 + numbers.next()));
    }
    const FitManyData<T> data = {x.data(), count, n, d, (n + 1) * (d + 2), d + 2, 1, y.data(), n, 1, weighted ? s.data() : nullptr,
                                 n,        1};
    FitManyOptions options = {loss, 0.1, intercept, 1e-10, 50, 1};
    const Results r = run(data, options);
    for (std::ptrdiff_t m = 0; m < count; ++m) {
        std::vector<double> theta(static_cast<std::size_t>(d + 1)), gradient, hessian;
        textbook::fit_many(data, m, options, theta);
        MLMATH_CHECK(r.status[m] == FitManyStatus::converged);
        // Both gradients are below 1e-10 and the curvature is at least 0.1 in w; b's is that of a loss, above 1e-2 here.
        for (std::ptrdiff_t j = 0; j <= d; ++j) MLMATH_CHECK_NEAR(r.theta[m * (d + 1) + j], theta[j], 1e-7);
        const double f = textbook::fit_many_objective(data, m, options, &r.theta[m * (d + 1)], gradient, hessian);
        MLMATH_CHECK_NEAR(r.objective[m], f, 1e-14 * static_cast<double>(n + 10));
    }
    for (int threads : {2, 3}) {
        options.threads = threads;
        MLMATH_CHECK(run(data, options).theta == r.theta);
    }
}

}  // namespace

MLMATH_TEST(fit_many_matches_textbook) {
    for (LinearLoss loss : {LinearLoss::squared, LinearLoss::logistic, LinearLoss::poisson})
        for (std::ptrdiff_t d : {0, 1, 3, 4, 5, 8, 13})
            for (std::ptrdiff_t count : {1, 2, 7, 8, 9, 33}) {
                check_fit_many<double>(count, 20 + d, d, loss, d % 2 == 0, count % 3 != 0);
                check_fit_many<float>(count, 31, d, loss, d % 2 == 1, count % 3 == 0);
            }
    check_fit_many<double>(300, 40, 3, LinearLoss::logistic, true, true);
}

MLMATH_TEST(fit_many_refuses_bad_arguments) {
    const std::vector<double> x(12, 1.0), y(4, 0.0);
    FitManyData<double> data = {x.data(), 2, 2, 3, 6, 3, 1, y.data(), 2, 1, nullptr, 0, 0};
    const auto refused = [](const FitManyData<double>& some, const FitManyOptions& options) {
        try {
            run(some, options);
        } catch (const std::invalid_argument&) {
            return true;
        }
        return false;
    };
    MLMATH_CHECK(!refused(data, {LinearLoss::logistic, 1, true, 1e-6, 10, 1}));
    MLMATH_CHECK(refused(data, {LinearLoss::logistic, -1, true, 1e-6, 10, 1}));
    MLMATH_CHECK(refused(data, {LinearLoss::huber, 1, true, 1e-6, 10, 1}));
    MLMATH_CHECK(refused(data, {LinearLoss::logistic, 1, true, -1e-6, 10, 1}));
    MLMATH_CHECK(refused(data, {LinearLoss::logistic, 1, true, 1e-6, 0, 1}));
    data.n = 0;
    MLMATH_CHECK(refused(data, {LinearLoss::logistic, 1, true, 1e-6, 10, 1}));
}

}  // namespace mlmath::tests
