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
        const double size = std::min(1.0, 4 / std::sqrt(static_cast<double>(d)));  // |x|^2 about 5: larger steps blow rounding up
        for (auto& v : x) v = static_cast<T>(size * numbers.next());
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

// What the textbook gives in double for x_ij (1 + delta u), u uniform in [-1, 1].
template <class T>
Fit<double> textbook_fit(const Problem<T>& problem, const SgdOptions& options, double delta, unsigned long long seed) {
    const std::ptrdiff_t n = problem.data.x.rows, d = problem.data.x.columns;
    Numbers numbers(seed);
    std::vector<double> x(problem.x.begin(), problem.x.end()), y(problem.targets.begin(), problem.targets.end()),
        weights(problem.weights.begin(), problem.weights.end());
    for (double& v : x) v *= 1 + delta * numbers.next();
    SgdData<double> data;
    data.x = {x.data(), n, d, d + 2, 1};
    data.classes = problem.data.classes;
    data.held_out = problem.data.held_out;
    if (problem.data.targets) data.targets = y.data();
    if (problem.data.weights) data.weights = weights.data();
    Fit<double> fit(d, 7);
    textbook::sgd_fit(data, options, fit.model);
    return fit;
}

struct Distance {
    double weights = 0, average = 0;

    template <class A, class B>
    void cover(const Fit<A>& a, const Fit<B>& b) {
        const auto larger = [](double& bound, double p, double q) { bound = std::max(bound, std::fabs(p - q)); };
        for (std::size_t j = 0; j < a.coef.size(); ++j) {
            larger(weights, double(a.coef[j]), double(b.coef[j]));
            larger(average, double(a.average[j]), double(b.average[j]));
        }
        larger(weights, a.model.intercept, b.model.intercept);
        larger(average, a.model.average_intercept, b.model.average_intercept);
    }
};

// Tolerance: a score is off by at most (d/32 + 6) eps sum |x_j w_j|, as if the row's elements were, by as many eps of themselves.
// How much such a change makes in the end depends on the steps and the curvature of the loss; the textbook tells, run on rows
// changed at random by so much. Four times the largest of three changes, since the fast version's errors are no random ones; beside
// it four standard deviations of the roundings of the weights themselves, N additions of half a unit, in steps that do not shrink
// them. Averages are (sum + a w) / b with w = weights / scale: their roundings are larger by 1 / scale, at most 1e9 (1e6).
template <class T>
void check_sgd(const Problem<T>& problem, const SgdOptions& options) {
    const double columns = static_cast<double>(problem.data.x.columns);
    const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
    const Fit<double> exact = textbook_fit(problem, options, 0, 1);
    Fit<T> ours(problem.data.x.columns, 7);
    sgd_fit(problem.data, options, &ours.model, 1, 1);
    MLMATH_CHECK(ours.model.finite && ours.model.epochs == exact.model.epochs);
    Distance change;
    for (unsigned long long seed : {2, 3, 4}) change.cover(textbook_fit(problem, options, (columns / 32 + 6) * eps, seed), exact);
    double largest = std::fabs(exact.model.intercept);
    for (double w : exact.coef) largest = std::max(largest, std::fabs(w));
    const double updates = static_cast<double>(problem.data.x.rows * exact.model.epochs);
    const double rounding = 4 * std::sqrt(updates) * eps * largest;
    const double scale = std::max(std::exp(-options.l2 * options.eta0 * updates), sizeof(T) == 8 ? 1e-9 : 1e-6);
    const double tolerance = 4 * change.weights + rounding, average_tolerance = 4 * change.average + rounding / scale;
    MLMATH_CHECK(tolerance < std::sqrt(eps) * std::max(largest, 1e-3));  // or the comparison says nothing
    Distance distance;
    distance.cover(ours, exact);
    MLMATH_CHECK_NEAR(distance.weights, 0, tolerance);
    if (options.average > 0) MLMATH_CHECK_NEAR(distance.average, 0, average_tolerance);
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
    for (std::ptrdiff_t d : {1, 2, 7, 8, 9, 16, 17, 31, 32, 33, 50, 64, 65, 100})
        for (std::ptrdiff_t n : {1, 2, 9, 255, 256, 257, 700})
            for (int loss = 0; loss < 8; ++loss)
                for (SgdRate rate : {SgdRate::constant, SgdRate::optimal, SgdRate::inverse_scaling, SgdRate::adaptive}) {
                    const SgdOptions options = options_of(static_cast<SgdLoss>(loss), rate);
                    const bool squares = options.loss == SgdLoss::squared || options.loss == SgdLoss::squared_epsilon ||
                                         options.loss == SgdLoss::squared_hinge || options.loss == SgdLoss::modified_huber;
                    if (rate == SgdRate::optimal && squares) continue;  // first steps of 3: diverges, and rounding with it
                    check_sgd(Problem<double>(n, d, loss < 4 || n % 2 == 0, d % 2 == 0), options);
                }
    for (std::ptrdiff_t d : {3, 20, 57, 80}) {
        check_sgd(Problem<float>(300, d, false, true), options_of(SgdLoss::squared, SgdRate::constant));
        check_sgd(Problem<float>(300, d, true, false), options_of(SgdLoss::log, SgdRate::inverse_scaling));
    }
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

MLMATH_TEST(sgd_passive_aggressive_steps_and_rows_held_out) {
    for (bool classification : {true, false})
        for (SgdRate rate : {SgdRate::passive_aggressive_1, SgdRate::passive_aggressive_2, SgdRate::constant})
            for (double l2 : {0.0, 0.3}) {
                Problem<double> problem(400, 21, classification, true);
                SgdOptions options = options_of(classification ? SgdLoss::hinge : SgdLoss::epsilon, rate);
                options.l2 = l2, options.eta0 = 0.2;
                check_sgd(problem, options);
                std::vector<std::uint8_t> held_out(400);
                for (std::size_t i = 0; i < 400; i += 5) held_out[i] = 1;
                problem.data.held_out = held_out.data();
                options.tolerance = 1e-3, options.epochs = 100;
                check_sgd(problem, options);
            }
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
    options = good;
    options.rate = SgdRate::passive_aggressive_1;
    MLMATH_CHECK(!refused(problem.data, options));
    options.loss = SgdLoss::log;
    MLMATH_CHECK(refused(problem.data, options));
    const std::vector<std::uint8_t> all(10, 1), none(10, 0);
    for (const auto* held_out : {&all, &none}) {
        data = problem.data;
        data.held_out = held_out->data();
        MLMATH_CHECK(refused(data, good));
    }
}

}  // namespace mlmath::tests
