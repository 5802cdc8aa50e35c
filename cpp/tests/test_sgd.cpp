// SPDX-License-Identifier: BSD-3-Clause
// sgd against its textbook: losses, schedules, penalties, averages, shapes around the lanes and blocks, threads, refusals.
#include <limits>
#include <stdexcept>

#include "kernels/linear_model/sgd/sgd.hpp"
#include "kernels/linear_model/sgd/sgd_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr double never = -std::numeric_limits<double>::infinity();

template <class T>
struct Problem {
    std::vector<T> x, targets, weights;
    std::vector<std::int32_t> classes;
    SgdData<T> data;

    Problem(std::ptrdiff_t n, std::ptrdiff_t d, bool classification, bool weighted) {
        Numbers numbers(static_cast<unsigned long long>(n * 131 + d));
        x.resize(static_cast<std::size_t>(n * (d + 2)));
        for (auto& v : x) v = static_cast<T>(numbers.next());
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double z = static_cast<double>(x[static_cast<std::size_t>(i * (d + 2))]) + 0.3 * numbers.next();
            targets.push_back(static_cast<T>(z));
            classes.push_back(z < -0.3 ? 0 : z < 0.3 ? 1 : 2);
            weights.push_back(static_cast<T>(1 + numbers.next()));
        }
        data.x = {x.data(), n, d, d + 2, 1};
        data.classes = classification ? classes.data() : nullptr;
        data.targets = classification ? nullptr : targets.data();
        data.weights = weighted ? weights.data() : nullptr;
    }
};

template <class T>
struct Fit {
    std::vector<T> coef, average;
    SgdModel<T> model;
    explicit Fit(std::ptrdiff_t d, std::uint32_t seed) : coef(static_cast<std::size_t>(d)), average(static_cast<std::size_t>(d)) {
        model.coef = coef.data(), model.average_coef = average.data();
        model.seed = seed, model.positive = 1, model.positive_weight = 1.5, model.negative_weight = 0.75;
    }
};

template <class T>
void check_sgd(const Problem<T>& problem, const SgdOptions& options) {
    Fit<T> ours(problem.data.x.columns, 7), exact(problem.data.x.columns, 7);
    sgd_fit(problem.data, options, &ours.model, 1, 1);
    textbook::sgd_fit(problem.data, options, exact.model);
    MLMATH_CHECK(ours.model.finite && ours.model.epochs == exact.model.epochs);
    double largest = 1;
    for (T w : exact.coef) largest = std::max(largest, std::fabs(static_cast<double>(w)));
    // Steps above 2 over the curvature times |x|^2 blow rounding up, and the first ones are: 28 bits of a double's 52 are left to
    // them. The averages are (a sum + average_a w) / average_b with w up to 1e9 times the weights: 30 bits.
    const bool is_double = sizeof(T) == 8;
    const double updates = static_cast<double>(problem.data.x.rows * exact.model.epochs);
    const double eps = static_cast<double>(std::numeric_limits<T>::epsilon()) * largest;
    const double tolerance = eps * (is_double ? 0x1p28 : 64 * std::sqrt(updates)), average_tolerance = eps * 0x1p30;
    for (std::size_t j = 0; j < ours.coef.size(); ++j) {
        MLMATH_CHECK_NEAR(ours.coef[j], exact.coef[j], tolerance);
        if (options.average > 0) MLMATH_CHECK_NEAR(ours.average[j], exact.average[j], average_tolerance);
    }
    MLMATH_CHECK_NEAR(ours.model.intercept, exact.model.intercept, tolerance);
    if (options.average > 0) MLMATH_CHECK_NEAR(ours.model.average_intercept, exact.model.average_intercept, average_tolerance);
}

SgdOptions options_of(SgdLoss loss, SgdRate rate) {
    SgdOptions options;
    options.loss = loss, options.rate = rate, options.l2 = options.alpha = 1e-2, options.epochs = 4;
    options.threshold = loss >= SgdLoss::huber ? 0.1 : 1;
    options.tolerance = never;
    return options;
}

}  // namespace

MLMATH_TEST(sgd_matches_textbook) {
    for (std::ptrdiff_t d : {1, 2, 7, 8, 15, 16, 17, 33, 50})
        for (std::ptrdiff_t n : {1, 2, 9, 255, 256, 257, 700})
            for (int loss = 0; loss < 8; ++loss)
                for (SgdRate rate : {SgdRate::constant, SgdRate::optimal, SgdRate::inverse_scaling, SgdRate::adaptive}) {
                    const SgdOptions options = options_of(static_cast<SgdLoss>(loss), rate);
                    const bool squares = options.loss == SgdLoss::squared || options.loss == SgdLoss::squared_epsilon ||
                                         options.loss == SgdLoss::squared_hinge || options.loss == SgdLoss::modified_huber;
                    if (rate == SgdRate::optimal && squares) continue;  // first steps of 3: diverges, and rounding with it
                    check_sgd(Problem<double>(n, d, loss < 4 || n % 2 == 0, d % 2 == 0), options);
                }
    check_sgd(Problem<float>(300, 20, false, true), options_of(SgdLoss::squared, SgdRate::constant));
    check_sgd(Problem<float>(300, 20, true, false), options_of(SgdLoss::log, SgdRate::inverse_scaling));
}

MLMATH_TEST(sgd_penalties_averages_and_stopping) {
    const Problem<double> problem(400, 21, false, false);
    SgdOptions options = options_of(SgdLoss::squared, SgdRate::constant);
    options.average = 1;
    check_sgd(problem, options);
    options.average = 500;
    options.l2 = 0.3;  // the scale of the weights is settled several times
    options.eta0 = 0.5;
    options.loss = SgdLoss::epsilon;
    check_sgd(problem, options);
    options.average = 0, options.eta0 = 0.01, options.loss = SgdLoss::squared;
    options.l2 = 0, options.l1 = 0.02;
    check_sgd(problem, options);
    options.l2 = 0.05;
    check_sgd(problem, options);
    options.shuffle = options.intercept = false;
    check_sgd(problem, options);
    options.l1 = 0, options.tolerance = 1e-4, options.epochs = 200;
    check_sgd(problem, options);
    options.rate = SgdRate::adaptive;
    check_sgd(problem, options);
}

MLMATH_TEST(sgd_order_is_a_permutation) {
    for (std::ptrdiff_t n : {1, 2, 10, 1000})
        for (std::uint32_t seed : {0u, 1u, 42u, 0xffffffffu}) {
            std::vector<std::int32_t> order(static_cast<std::size_t>(n)), seen(static_cast<std::size_t>(n), 0);
            sgd_shuffle(order.data(), n, seed);
            for (std::int32_t i : order) ++seen[static_cast<std::size_t>(i)];
            MLMATH_CHECK(seen == std::vector<std::int32_t>(static_cast<std::size_t>(n), 1));
        }
    // Marsaglia's generator from 1: 2^18 + 2^13 + 2^5 + 1 and so on.
    MLMATH_CHECK(sgd_next(1) == 270369u && sgd_next(270369u) == 67634689u && sgd_next(0) == 270369u);
}

MLMATH_TEST(sgd_same_bits_for_any_threads) {
    const Problem<double> problem(300, 13, true, true);
    const SgdOptions options = options_of(SgdLoss::hinge, SgdRate::optimal);
    std::vector<double> first;
    for (int threads : {1, 2, 3}) {
        std::vector<double> coef(3 * 13, 0.0);
        SgdModel<double> models[3];
        for (int k = 0; k < 3; ++k)
            models[k].coef = coef.data() + 13 * k, models[k].positive = k, models[k].seed = 5u + unsigned(k);
        sgd_fit(problem.data, options, models, 3, threads);
        if (threads == 1) first = coef;
        MLMATH_CHECK(coef == first);
        MLMATH_CHECK(coef[0] != coef[13]);
    }
}

MLMATH_TEST(sgd_stops_at_numbers_that_are_not_finite) {
    const Problem<double> problem(100, 5, false, false);
    SgdOptions options = options_of(SgdLoss::squared, SgdRate::constant);
    options.eta0 = 1e300, options.l2 = 0;
    Fit<double> fit(5, 1);
    sgd_fit(problem.data, options, &fit.model, 1, 1);
    MLMATH_CHECK(!fit.model.finite && fit.model.epochs == 1);
}

MLMATH_TEST(sgd_refuses_bad_arguments) {
    const Problem<double> problem(10, 3, true, false);
    const auto refused = [&](SgdData<double> data, SgdOptions options) {
        Fit<double> fit(3, 1);
        try {
            sgd_fit(data, options, &fit.model, 1, 1);
        } catch (const std::invalid_argument&) {
            return true;
        }
        return false;
    };
    const SgdOptions good = options_of(SgdLoss::hinge, SgdRate::optimal);
    MLMATH_CHECK(!refused(problem.data, good));
    SgdData<double> data = problem.data;
    data.x.rows = 0;
    MLMATH_CHECK(refused(data, good));
    data = problem.data;
    data.classes = nullptr;
    MLMATH_CHECK(refused(data, good));
    data = problem.data;
    data.x.column_stride = 2;
    MLMATH_CHECK(refused(data, good));
    SgdOptions options = good;
    options.alpha = 0;
    MLMATH_CHECK(refused(problem.data, options));
    options = good;
    options.epochs = 0;
    MLMATH_CHECK(refused(problem.data, options));
}

}  // namespace mlmath::tests
