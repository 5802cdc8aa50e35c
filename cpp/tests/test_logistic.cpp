// SPDX-License-Identifier: BSD-3-Clause
// logistic against its textbook: shapes around registers and blocks, strides, weights, threads, large scores.
#include <limits>
#include <stdexcept>

#include "kernels/linear_model/logistic/logistic.hpp"
#include "kernels/linear_model/logistic/logistic_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Case {
    std::ptrdiff_t n, d, outputs, column_stride, row_stride;
    std::vector<T> x, weights, coef, intercept;
    std::vector<std::int32_t> labels;
    LogisticModel<T> model;
    LogisticData<T> data;

    Case(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t outputs, bool columns_first, bool weighted, double scale)
        : n(n), d(d), outputs(outputs), column_stride(columns_first ? n + 1 : 1), row_stride(columns_first ? 1 : d + 3) {
        Numbers numbers(static_cast<unsigned long long>(n * 131 + d * 17 + outputs));
        x.resize((n + 1) * (d + 3) + d + n);
        for (auto& v : x) v = static_cast<T>(numbers.next());
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            labels.push_back(static_cast<std::int32_t>((numbers.next() + 1) / 2 * static_cast<double>(outputs == 1 ? 2 : outputs)));
            weights.push_back(static_cast<T>(1 + numbers.next()));
        }
        for (std::ptrdiff_t i = 0; i < outputs * d; ++i) coef.push_back(static_cast<T>(scale * numbers.next()));
        for (std::ptrdiff_t i = 0; i < outputs; ++i) intercept.push_back(static_cast<T>(numbers.next()));
        data = {{x.data(), n, d, row_stride, column_stride}, labels.data(), {weighted ? weights.data() : nullptr, n, 1}};
        model = {{coef.data(), outputs, d, d, 1}, {intercept.data(), outputs, 1}, 0.25};
    }
    MatrixView<T> matrix(std::vector<T>& g) const { return {g.data(), outputs, d, d, 1}; }
    VectorView<T> vector(std::vector<T>& g) const { return {g.data(), outputs, 1}; }
};

template <class T>
void check_logistic(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t outputs, bool columns_first, bool weighted,
                    double scale = 1) {
    const Case<T> c(n, d, outputs, columns_first, weighted, scale);
    std::vector<T> dw(outputs * d), db(outputs), exact_dw(outputs * d), exact_db(outputs);
    const double exact = textbook::logistic_loss_gradient(c.data, c.model, c.matrix(exact_dw), c.vector(exact_db));
    const double loss = logistic_loss_gradient(c.data, c.model, c.matrix(dw), c.vector(db), 1);
    // |x| <= 1, so a score is at most scale d + 1 and wrong by (d/8 + 5) eps of that; loss and residuals follow it with slope <= 1,
    // and sums of at most 128 numbers of size <= 1 + l2 scale add 128 eps.
    const double eps = std::numeric_limits<T>::epsilon();
    const double tolerance =
        eps * ((static_cast<double>(d) / 8 + 5) * (scale * static_cast<double>(d) + 1) + 128 * (1 + 0.25 * scale));
    MLMATH_CHECK_NEAR(loss, exact, tolerance * (1 + 0.125 * static_cast<double>(outputs * d)));
    for (std::size_t i = 0; i < dw.size(); ++i) MLMATH_CHECK_NEAR(dw[i], exact_dw[i], tolerance);
    for (std::size_t i = 0; i < db.size(); ++i) MLMATH_CHECK_NEAR(db[i], exact_db[i], tolerance);
    for (int threads : {2, 3, 7}) {
        std::vector<T> other_dw(outputs * d), other_db(outputs);
        MLMATH_CHECK(logistic_loss_gradient(c.data, c.model, c.matrix(other_dw), c.vector(other_db), threads) == loss);
        MLMATH_CHECK(other_dw == dw);
        MLMATH_CHECK(other_db == db);
    }
}

}  // namespace

MLMATH_TEST(logistic_matches_textbook) {
    for (std::ptrdiff_t outputs : {1, 2, 3, 10})
        for (std::ptrdiff_t d : {0, 1, 3, 4, 8, 15, 16, 17, 64, 65, 130})
            for (std::ptrdiff_t n : {1, 2, 7, 8, 9, 127, 128, 129, 300}) {
                check_logistic<double>(n, d, outputs, n % 2 == 0, d % 2 == 0);
                check_logistic<float>(n, d, outputs, n % 2 == 1, d % 2 == 1);
            }
    check_logistic<double>(40000, 20, 1, false, true);
    check_logistic<float>(40000, 20, 3, true, false);
    check_logistic<double>(50, 20000, 1, false, false, 1e-3);
    check_logistic<double>(500, 6, 1, false, false, 300);
    check_logistic<double>(500, 6, 4, false, true, 300);
}

MLMATH_TEST(logistic_refuses_bad_arguments) {
    const Case<double> c(5, 3, 1, false, true, 1);
    std::vector<double> dw(3), db(1), short_dw(2);
    const auto refused = [&](const LogisticData<double>& data, const LogisticModel<double>& model, MatrixView<double> gradient) {
        try {
            logistic_loss_gradient(data, model, gradient, c.vector(db), 1);
        } catch (const std::invalid_argument&) {
            return true;
        }
        return false;
    };
    LogisticData<double> empty = c.data;
    empty.x.rows = 0;
    MLMATH_CHECK(refused(empty, c.model, c.matrix(dw)));
    LogisticModel<double> negative = c.model;
    negative.l2 = -1;
    MLMATH_CHECK(refused(c.data, negative, c.matrix(dw)));
    MLMATH_CHECK(refused(c.data, c.model, {short_dw.data(), 1, 2, 2, 1}));
    std::vector<double> zeros(5, 0.0);
    LogisticData<double> weightless = c.data;
    weightless.weights = {zeros.data(), 5, 1};
    MLMATH_CHECK(refused(weightless, c.model, c.matrix(dw)));
}

}  // namespace mlmath::tests
