// SPDX-License-Identifier: BSD-3-Clause
// softmax and its relatives against the textbook: sizes around lanes, registers and chunks; rows, columns, gaps, threads.
#include <cmath>
#include <limits>

#include "kernels/reduce/softmax/softmax.hpp"
#include "kernels/reduce/softmax/softmax_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// `rows` rows of n; element j of row r at r*row_stride + j*stride.
template <class T>
void check_rows(std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t row_stride, std::ptrdiff_t stride) {
    Numbers numbers(static_cast<unsigned long long>(rows * 100000 + n));
    std::vector<T> x((rows - 1) * std::abs(row_stride) + (n - 1) * stride + 1), y(x.size()), logs(x.size()), again(x.size()),
        sums(rows);
    for (auto& v : x) v = static_cast<T>(10 * numbers.next());
    const std::ptrdiff_t shape[] = {rows, n}, strides[] = {row_stride, stride}, sum_strides[] = {1, 0};
    const ArrayView<const T> view{x.data(), 2, shape, strides};
    MLMATH_CHECK(!softmax<T>(view, 2, y.data(), strides, 1));
    MLMATH_CHECK(!log_softmax<T>(view, 2, logs.data(), strides, 1));
    logsumexp<T>(view, 2, sums.data(), sum_strides, 1);
    for (int threads : {2, 3, 7}) {
        softmax<T>(view, 2, again.data(), strides, threads);
        MLMATH_CHECK(again == y);
    }
    const double eps = std::numeric_limits<T>::epsilon();
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        std::vector<double> row(n), probabilities(n);
        for (std::ptrdiff_t j = 0; j < n; ++j) row[j] = x[r * row_stride + j * stride];
        const VectorView<const double> exact{row.data(), n, 1};
        textbook::softmax(exact, VectorView<double>{probabilities.data(), n, 1});
        const double total = textbook::logsumexp(exact);
        MLMATH_CHECK_NEAR(sums[r], total, 60 * eps);
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const std::ptrdiff_t at = r * row_stride + j * stride;
            MLMATH_CHECK_NEAR(y[at], probabilities[j], 60 * eps * probabilities[j]);
            MLMATH_CHECK_NEAR(logs[at], row[j] - total, 100 * eps);
        }
    }
}

}  // namespace

MLMATH_TEST(softmax_matches_textbook) {
    for (std::ptrdiff_t n : {1, 2, 3, 7, 8, 9, 15, 16, 17, 20, 31, 32, 33, 63, 64, 65, 100, 127, 129, 1023, 1024, 1025, 3000})
        for (std::ptrdiff_t rows : {1, 7, 8, 17, 40}) {
            check_rows<double>(rows, n, n, 1), check_rows<float>(rows, n, n, 1);
            check_rows<double>(rows, n, 1, rows), check_rows<float>(rows, n, 1, rows);
            if (n < 200) check_rows<double>(rows, n, 3 * n, 3), check_rows<float>(rows, n, 2 * n + 1, 2);
        }
    check_rows<double>(2, 70000, 70000, 1), check_rows<float>(2, 70000, 70000, 1);
    check_rows<double>(3, 9000, 1, 3), check_rows<float>(20, 9000, 1, 20);
}

MLMATH_TEST(softmax_of_infinities) {
    const double infinity = std::numeric_limits<double>::infinity();
    for (std::ptrdiff_t n : {2, 20, 32, 33, 100, 2000, 70000}) {
        const std::ptrdiff_t one = 1, unused = 0;
        std::vector<double> x(n, -infinity), y(n);
        double sum = 1;
        MLMATH_CHECK(softmax<double>({x.data(), 1, &n, &one}, 1, y.data(), &one, 1) && std::isnan(y[0]) && std::isnan(y[n - 1]));
        logsumexp<double>({x.data(), 1, &n, &one}, 1, &sum, &unused, 1);
        MLMATH_CHECK(sum == -infinity);
        x[n / 2] = 3;
        MLMATH_CHECK(!softmax<double>({x.data(), 1, &n, &one}, 1, y.data(), &one, 1) && y[n / 2] == 1 && y[0] == 0);
        x[n / 2] = infinity;
        MLMATH_CHECK(log_softmax<double>({x.data(), 1, &n, &one}, 1, y.data(), &one, 1) && std::isnan(y[n / 2]) &&
                     y[0] == -infinity);
        logsumexp<double>({x.data(), 1, &n, &one}, 1, &sum, &unused, 1);
        MLMATH_CHECK(sum == infinity);
    }
}

MLMATH_TEST(weighted_logsumexp_takes_no_part_at_weight_zero) {
    for (std::ptrdiff_t n : {2, 100, 3000}) {
        std::vector<double> x(n, 1.0), weights(n, 0.5);
        x[1] = std::numeric_limits<double>::quiet_NaN(), weights[1] = 0;
        const std::ptrdiff_t one = 1, unused = 0;
        double sum, sign;
        logsumexp_weighted<double>({x.data(), 1, &n, &one}, weights.data(), &one, 1, &sum, &sign, &unused, 1);
        MLMATH_CHECK_NEAR(sum, 1 + std::log(0.5 * double(n - 1)), 1e-13);
        MLMATH_CHECK(sign == 1);
    }
}

}  // namespace mlmath::tests
