// SPDX-License-Identifier: BSD-3-Clause
// class_moments, class_sums, class_scores against their textbooks: shapes around registers and blocks, strides, weights, threads,
// means far from zero, constant columns.
#include <algorithm>
#include <limits>

#include "kernels/naive_bayes/class_moments/class_moments.hpp"
#include "kernels/naive_bayes/class_moments/class_moments_textbook.hpp"
#include "kernels/naive_bayes/class_scores/class_scores.hpp"
#include "kernels/naive_bayes/class_scores/class_scores_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

template <class T>
struct Case {
    std::ptrdiff_t n, d, classes;
    std::vector<T> x, weights;
    std::vector<std::int32_t> codes;
    LabelledRows<T> data;

    Case(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t classes, bool columns_first, bool weighted, double offset)
        : n(n), d(d), classes(classes), x(random<T>((n + 1) * (d + 3) + d + n, 7 * n + d)), weights(random<T>(n, 3 * n + d)) {
        for (auto& v : x) v += static_cast<T>(offset);
        for (auto& w : weights) w += T(1.5);
        Numbers numbers(static_cast<unsigned long long>(n + classes));
        for (std::ptrdiff_t i = 0; i < n; ++i)
            codes.push_back(static_cast<std::int32_t>((numbers.next() + 1) / 2 * static_cast<double>(classes)));
        data = {{x.data(), n, d, columns_first ? 1 : d + 3, columns_first ? n + 1 : 1},
                classes == 1 && weighted ? nullptr : codes.data(),
                {weighted ? weights.data() : nullptr, n, 1}};
    }
};

template <class T>
void check_moments(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t classes, bool columns_first, bool weighted, double offset) {
    const Case<T> c(n, d, classes, columns_first, weighted, offset);
    const std::size_t size = static_cast<std::size_t>(classes * d);
    std::vector<double> weight(classes), mean(size), squares(size), exact_weight(classes), exact_mean(size), exact_squares(size);
    textbook::class_moments(c.data, classes, exact_weight.data(), exact_mean.data(), exact_squares.data());
    class_moments(c.data, classes, weight.data(), mean.data(), squares.data(), 1);
    // Deviations are at most 2; both sums pass at most 512 + n / 32768 + 64 additions. The textbook's own chains are n long, and
    // its mean is wrong by n eps of its size, which adds weight times the square of that.
    const double chain = static_cast<double>(n) + 600, mean_error = chain * eps * (std::fabs(offset) + 2);
    for (std::ptrdiff_t k = 0; k < classes; ++k) {
        MLMATH_CHECK_NEAR(weight[k], exact_weight[k], chain * eps * exact_weight[k]);
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            const std::size_t at = static_cast<std::size_t>(k * d + j);
            MLMATH_CHECK_NEAR(mean[at], exact_mean[at], mean_error);
            MLMATH_CHECK_NEAR(squares[at], exact_squares[at],
                              6 * chain * eps * exact_squares[at] + exact_weight[k] * mean_error * mean_error);
        }
    }
    for (int threads : {2, 3, 7}) {
        std::vector<double> other_weight(classes), other_mean(size), other_squares(size);
        class_moments(c.data, classes, other_weight.data(), other_mean.data(), other_squares.data(), threads);
        MLMATH_CHECK(same_bits(weight, other_weight) && same_bits(mean, other_mean) && same_bits(squares, other_squares));
    }
    const T threshold = static_cast<T>(offset + 0.25);
    for (const T* limit : {static_cast<const T*>(nullptr), &threshold}) {
        std::vector<double> sums(size), exact_sums(size), other_sums(size);
        textbook::class_sums(c.data, classes, limit, exact_weight.data(), exact_sums.data());
        class_sums(c.data, classes, limit, weight.data(), sums.data(), 1);
        class_sums(c.data, classes, limit, weight.data(), other_sums.data(), 3);
        MLMATH_CHECK(same_bits(sums, other_sums));
        for (std::ptrdiff_t k = 0; k < classes; ++k)
            for (std::ptrdiff_t j = 0; j < d; ++j)
                MLMATH_CHECK_NEAR(sums[k * d + j], exact_sums[k * d + j], chain * eps * exact_weight[k] * (std::fabs(offset) + 2));
        if (limit != nullptr && c.data.weights.data == nullptr) MLMATH_CHECK(same_bits(sums, exact_sums));
    }
}

struct Model {
    std::vector<double> a, b, c;
    ClassModel view;
    Model(Likelihood likelihood, std::ptrdiff_t classes, std::ptrdiff_t d)
        : a(random<double>(classes * d, 11)), b(random<double>(classes * d, 12)), c(random<double>(classes, 13)) {
        for (auto& v : b) v += 1.5;
        view = {likelihood, classes, a.data(), b.data(), c.data(), 0.25};
    }
};

template <class T>
void check_scores(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t classes, bool columns_first) {
    const Case<T> c(n, d, classes, columns_first, false, 0);
    for (Likelihood likelihood : {Likelihood::gaussian, Likelihood::multinomial, Likelihood::bernoulli}) {
        const Model model(likelihood, classes, d);
        // Terms are at most (2 * 2.5)^2 / 2 = 12.5; their sum is wrong by (d + 6) eps of it.
        const double size = 12.5 * static_cast<double>(d) + 1, tolerance = 2 * (static_cast<double>(d) + 10) * eps * size;
        for (ClassResult result : {ClassResult::joint, ClassResult::log_probability, ClassResult::probability}) {
            std::vector<double> out(n * classes), exact(n * classes), other(n * classes);
            textbook::class_scores(c.data.x, model.view, result, exact.data(), nullptr);
            MLMATH_CHECK(class_scores(c.data.x, model.view, result, out.data(), nullptr, 1));
            class_scores(c.data.x, model.view, result, other.data(), nullptr, 3);
            MLMATH_CHECK(same_bits(out, other));
            for (std::size_t i = 0; i < out.size(); ++i) MLMATH_CHECK_NEAR(out[i], exact[i], 2 * tolerance);
        }
        std::vector<std::int32_t> labels(n);
        std::vector<double> joint(n * classes);
        MLMATH_CHECK(class_scores(c.data.x, model.view, ClassResult::label, nullptr, labels.data(), 2));
        class_scores(c.data.x, model.view, ClassResult::joint, joint.data(), nullptr, 1);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            MLMATH_CHECK(std::max_element(&joint[i * classes], &joint[i * classes] + classes) - &joint[i * classes] == labels[i]);
    }
}

}  // namespace

MLMATH_TEST(class_moments_match_textbook) {
    for (std::ptrdiff_t classes : {1, 2, 5})
        for (std::ptrdiff_t d : {0, 1, 3, 7, 8, 9, 16, 33})
            for (std::ptrdiff_t n : {1, 2, 7, 64, 511, 512, 513, 1100})
                for (double offset : {0.0, 1e6}) {
                    check_moments<double>(n, d, classes, n % 2 == 0, d % 2 == 0, offset);
                    check_moments<float>(n, d, classes, n % 2 == 1, d % 2 == 1, offset == 0 ? 0 : 100.0);
                }
    check_moments<double>(40000, 20, 3, false, true, 1e3);
    check_moments<float>(40000, 20, 70, true, false, 10);
}

MLMATH_TEST(class_moments_need_no_luck_with_the_first_rows) {
    // The first rows of the class lie 10^6 away from the rest: one pass alone would lose 10^12 of 10^16.
    const std::ptrdiff_t n = 10000;
    std::vector<double> x = random<double>(n, 5);
    for (std::ptrdiff_t i = 0; i < 8; ++i) x[static_cast<std::size_t>(i)] = 1e6;
    std::vector<double> tail(x.begin() + 8, x.end());
    double weight, mean, squares, exact_weight, exact_mean, exact_squares;
    const LabelledRows<double> data = {{x.data(), n, 1, 1, 1}, nullptr, {nullptr, 0, 0}};
    class_moments(data, 1, &weight, &mean, &squares, 1);
    textbook::class_moments(data, 1, &exact_weight, &exact_mean, &exact_squares);
    MLMATH_CHECK_NEAR(mean, exact_mean, 1e4 * eps * std::fabs(exact_mean));
    MLMATH_CHECK_NEAR(squares, exact_squares, 6e4 * eps * exact_squares);
}

MLMATH_TEST(class_moments_of_constant_columns_are_exact) {
    for (std::ptrdiff_t n : {1, 2, 3, 5, 7, 11, 1000}) {
        const std::vector<double> x(n, 0.1);
        double weight, mean, squares;
        class_moments<double>({{x.data(), n, 1, 1, 1}, nullptr, {nullptr, 0, 0}}, 1, &weight, &mean, &squares, 1);
        MLMATH_CHECK(mean == 0.1 && squares == 0 && weight == static_cast<double>(n));
    }
}

MLMATH_TEST(class_moments_refuse_bad_arguments) {
    Case<double> c(5, 3, 2, false, true, 0);
    std::vector<double> weight(2), mean(6), squares(6);
    const auto call = [&](const LabelledRows<double>& data, std::ptrdiff_t classes) {
        return refused([&] { class_moments(data, classes, weight.data(), mean.data(), squares.data(), 1); });
    };
    MLMATH_CHECK(!call(c.data, 2));
    MLMATH_CHECK(call(c.data, 0));
    LabelledRows<double> other = c.data;
    other.x.rows = 0;
    MLMATH_CHECK(call(other, 2));
    other = c.data;
    other.weights.size = 4;
    MLMATH_CHECK(call(other, 2));
    c.codes[3] = 2;
    MLMATH_CHECK(call(c.data, 2));
    c.codes[3] = -1;
    MLMATH_CHECK(call(c.data, 2));
}

MLMATH_TEST(class_scores_match_textbook) {
    for (std::ptrdiff_t classes : {1, 2, 3, 4, 5, 9})
        for (std::ptrdiff_t d : {0, 1, 3, 8, 17, 127, 128, 129, 300})
            for (std::ptrdiff_t n : {1, 3, 15, 16, 17, 300}) {
                check_scores<double>(n, d, classes, n % 2 == 0);
                check_scores<float>(n, d, classes, n % 2 == 1);
            }
}

MLMATH_TEST(class_scores_tell_what_is_not_finite) {
    for (double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        std::vector<double> x = random<double>(100 * 3, 1), out(200);
        const Model model(Likelihood::gaussian, 2, 3);
        const MatrixView<const double> view = {x.data(), 100, 3, 3, 1};
        MLMATH_CHECK(class_scores(view, model.view, ClassResult::probability, out.data(), nullptr, 1));
        x[299] = bad;
        MLMATH_CHECK(!class_scores(view, model.view, ClassResult::probability, out.data(), nullptr, 1));
    }
}

}  // namespace mlmath::tests
