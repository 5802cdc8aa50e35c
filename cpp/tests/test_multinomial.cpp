// SPDX-License-Identifier: BSD-3-Clause
// multinomial_fit against its textbook: every method, shapes around blocks and tiles, strides, weights, threads, the watch.
#include "kernels/linear_model/multinomial/multinomial.hpp"
#include "kernels/linear_model/multinomial/multinomial_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void check_multinomial(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t classes, bool columns_first, bool weighted) {
    Numbers numbers(static_cast<unsigned long long>(n * 131 + d * 17 + classes));
    std::vector<T> x(static_cast<std::size_t>((n + 1) * (d + 3) + d + n)), weights;
    std::vector<std::int32_t> labels;
    for (auto& v : x) v = static_cast<T>(numbers.next());
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        labels.push_back(
            static_cast<std::int32_t>(i < classes ? i : static_cast<std::ptrdiff_t>((numbers.next() + 1) / 2 * double(classes))));
        weights.push_back(static_cast<T>(1.5 + numbers.next()));
    }
    const LabelledData<T> data = {{x.data(), n, d, columns_first ? 1 : d + 3, columns_first ? n + 1 : 1},
                                  labels.data(),
                                  {weighted ? weights.data() : nullptr, n, 1}};
    const auto size = static_cast<std::size_t>(classes * (d + 1));
    FitOptions options;
    options.l2 = 0.1, options.tolerance = 1e-9, options.max_iterations = 1000;
    std::vector<double> theta(size), exact(size), gradient(size);
    const FitOutcome outcome = multinomial_fit(data, classes, options, nullptr, theta.data());
    MLMATH_CHECK(static_cast<bool>(outcome.status));
    textbook::multinomial_fit(data, classes, options.l2, 1e-9, 100000, exact.data());
    // Both gradients are below 1e-9 and the curvature is at least 0.1 in w.
    for (std::ptrdiff_t k = 0; k < classes; ++k)
        for (std::ptrdiff_t j = 0; j < d; ++j)
            MLMATH_CHECK_NEAR(theta[k * (d + 1) + j], exact[k * (d + 1) + j], 2e-8 * static_cast<double>(size));
    const std::vector<T> y(labels.begin(), labels.end());
    double f = textbook::glm_pass<T>(data.x, {y.data(), n, 1}, data.weights, LinearLoss::multinomial, 0, theta.data(),
                                     gradient.data(), nullptr, classes);
    for (std::size_t j = 0; j < size; ++j) {
        const double w = j % static_cast<std::size_t>(d + 1) < static_cast<std::size_t>(d) ? theta[j] : 0;
        f += options.l2 / 2 * w * w;
        gradient[j] += options.l2 * w;
    }
    MLMATH_CHECK_NEAR(outcome.objective, f, 1e-14 * static_cast<double>(n + d + 10));
    double largest = 0;
    for (double g : gradient) largest = std::max(largest, std::fabs(g));
    MLMATH_CHECK_NEAR(outcome.gradient_max, largest, 1e-14 * static_cast<double>(n + d + 10));
    for (int threads : {2, 3}) {
        options.threads = threads;
        std::vector<double> other(size);
        multinomial_fit(data, classes, options, nullptr, other.data());
        MLMATH_CHECK(other == theta);
    }
}

}  // namespace

MLMATH_TEST(multinomial_matches_textbook) {
    for (std::ptrdiff_t classes : {2, 3, 9})
        for (std::ptrdiff_t d : {0, 1, 4, 8, 15, 40})
            for (std::ptrdiff_t n :
                 {classes + 3, std::ptrdiff_t{65}, std::ptrdiff_t{257}}) {  // every class has a row, else its b has no minimum
                check_multinomial<double>(n, d, classes, n % 2 == 0, d % 2 == 0);
                if (n == 65) check_multinomial<float>(n, d, classes, n % 2 == 1, d % 2 == 1);
            }
    check_multinomial<double>(20, 130, 3, false, true);
    check_multinomial<double>(1500, 20, 17, false, true);
}

MLMATH_TEST(multinomial_asks_its_watch) {
    Numbers numbers(5);
    std::vector<double> x(300);
    std::vector<std::int32_t> labels(100);
    for (auto& v : x) v = numbers.next();
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int32_t>(i % 3);
    const LabelledData<double> data = {{x.data(), 100, 3, 3, 1}, labels.data(), {}};
    int calls = 0;
    FitWatch watch = {&calls, [](void* context, int k, double, double, const double*) {
                          MLMATH_CHECK(k == (*static_cast<int*>(context))++);
                          return k == 1;
                      }};
    FitOptions options;
    options.tolerance = 0;
    std::vector<double> theta(12);
    const FitOutcome outcome = multinomial_fit(data, 3, options, &watch, theta.data());
    MLMATH_CHECK(outcome.stop == FitStop::watch);
    MLMATH_CHECK(outcome.iterations == 1);
    MLMATH_CHECK(calls == 2);
    MLMATH_CHECK(!outcome.status);
}

}  // namespace mlmath::tests
