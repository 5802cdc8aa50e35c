// SPDX-License-Identifier: BSD-3-Clause
// least_squares against its textbook: shapes on both sides of the row blocks, full and short rank, strides, threads, bad numbers.
#include <algorithm>
#include <limits>

#include "kernels/factor/least_squares/least_squares.hpp"
#include "kernels/factor/least_squares/least_squares_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// rank < min(m, n): products of small integers, so that the rank is exact.
template <class T>
std::vector<T> matrix(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t rank) {
    Numbers numbers(1000 * m + n);
    std::vector<T> x(m * n);
    if (rank == std::min(m, n)) {
        for (auto& e : x) e = static_cast<T>(numbers.next());
        return x;
    }
    std::vector<int> left(m * rank), right(rank * n);
    for (auto& e : left) e = static_cast<int>(std::lround(4 * numbers.next()));
    for (auto& e : right) e = static_cast<int>(std::lround(4 * numbers.next()));
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j)
            for (std::ptrdiff_t k = 0; k < rank; ++k) x[i * n + j] += static_cast<T>(left[i * rank + k] * right[k * n + j]);
    return x;
}

template <class T>
void check_against_textbook(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t rank) {
    const auto x = matrix<T>(m, n, rank);
    Numbers numbers(m + n);
    std::vector<T> y(m), b(n);
    std::vector<double> x64(x.begin(), x.end()), y64(m), expected(n);
    for (std::ptrdiff_t i = 0; i < m; ++i) y64[i] = y[i] = static_cast<T>(numbers.next());
    const double eps = std::numeric_limits<T>::epsilon(), rcond = static_cast<double>(std::max(m, n)) * eps;
    T norm = 0;
    const auto outcome =
        least_squares<T>({x.data(), m, n, n, 1}, {y.data(), m, 1, 1, 1}, rcond, LeastSquaresMethod::qr, b.data(), &norm, 1);
    MLMATH_CHECK(outcome.status);
    MLMATH_CHECK(outcome.rank == rank);
    MLMATH_CHECK(textbook::least_squares<double>({x64.data(), m, n, n, 1}, {y64.data(), m, 1}, rcond, {expected.data(), n, 1}) ==
                 rank);
    double difference = 0, size = 0, residual = 0, y_size = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        difference += (b[j] - expected[j]) * (b[j] - expected[j]);
        size += expected[j] * expected[j];
    }
    for (std::ptrdiff_t i = 0; i < m; ++i) {
        double r = -y64[i];
        for (std::ptrdiff_t j = 0; j < n; ++j) r += x64[i * n + j] * expected[j];
        residual += r * r;
        y_size += y64[i] * y64[i];
    }
    // The textbook runs in double in either case; the error is eps times the condition, squared where a residual remains
    // [Higham2002, th. 20.1].
    const double kappa = outcome.condition, bound = 4 * std::sqrt(static_cast<double>(std::max(m, n))) * eps * kappa * kappa;
    MLMATH_CHECK(std::sqrt(difference) <= bound * std::sqrt(size));
    MLMATH_CHECK_NEAR(norm, std::sqrt(residual), 10 * static_cast<double>(std::max(m, n)) * eps * kappa * std::sqrt(y_size));

    for (int threads : {2, 3, 7}) {
        std::vector<T> again(n);
        T again_norm = 0;
        MLMATH_CHECK(least_squares<T>({x.data(), m, n, n, 1}, {y.data(), m, 1, 1, 1}, rcond, LeastSquaresMethod::qr, again.data(),
                                      &again_norm, threads)
                         .rank == rank);
        MLMATH_CHECK(again == b && again_norm == norm);
    }
    std::vector<T> columns(m * n), again(n);  // the same matrix in column order, and two right-hand sides with a stride
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) columns[j * m + i] = x[i * n + j];
    std::vector<T> two(2 * n), pair(5 * m);
    T norms[2];
    for (std::ptrdiff_t i = 0; i < m; ++i) pair[5 * i] = pair[5 * i + 3] = y[i];
    MLMATH_CHECK(least_squares<T>({columns.data(), m, n, 1, m}, {pair.data(), m, 2, 5, 3}, rcond, LeastSquaresMethod::qr,
                                  two.data(), norms, 1)
                     .rank == rank);
    for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(two[2 * j] == b[j] && two[2 * j + 1] == b[j]);
    MLMATH_CHECK(norms[0] == norm && norms[1] == norm);
}

}  // namespace

MLMATH_TEST(least_squares_matches_textbook) {
    struct Shape {
        std::ptrdiff_t m, n, rank;
    };
    for (const auto& s : {Shape{1, 1, 1},
                          {3, 2, 2},
                          {2, 3, 2},
                          {9, 4, 4},
                          {17, 8, 8},
                          {40, 33, 33},
                          {66, 33, 33},
                          {33, 66, 33},
                          {300, 7, 7},
                          {1100, 16, 16},
                          {1500, 31, 31},
                          {60, 9, 5},
                          {700, 20, 13},
                          {12, 30, 5},
                          {8, 8, 1}}) {
        check_against_textbook<double>(s.m, s.n, s.rank);
        check_against_textbook<float>(s.m, s.n, s.rank);
    }
}

MLMATH_TEST(least_squares_extreme_and_bad_numbers) {
    constexpr std::ptrdiff_t m = 50, n = 6;
    const auto x = matrix<double>(m, n, n);
    std::vector<double> y(m, 1.0), b(n), expected(n), scaled(x);
    double norm = 0;
    MLMATH_CHECK(least_squares<double>({x.data(), m, n, n, 1}, {y.data(), m, 1, 1, 1}, 1e-14, LeastSquaresMethod::qr,
                                       expected.data(), &norm, 1)
                     .rank == n);
    for (int exponent : {-1000, -600, 600, 1000}) {
        for (std::size_t i = 0; i < x.size(); ++i) scaled[i] = std::ldexp(x[i], exponent);
        MLMATH_CHECK(least_squares<double>({scaled.data(), m, n, n, 1}, {y.data(), m, 1, 1, 1}, 1e-14, LeastSquaresMethod::qr,
                                           b.data(), &norm, 1)
                         .rank == n);
        for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(b[j] == std::ldexp(expected[j], -exponent));
    }
    for (std::ptrdiff_t place : {std::ptrdiff_t(0), m * n - 1, std::ptrdiff_t(133)}) {
        auto bad = x;
        bad[place] = std::numeric_limits<double>::quiet_NaN();
        MLMATH_CHECK(least_squares<double>({bad.data(), m, n, n, 1}, {y.data(), m, 1, 1, 1}, 1e-14, LeastSquaresMethod::qr,
                                           b.data(), &norm, 1)
                         .status.outcome == Outcome::not_finite);
    }
    MLMATH_CHECK(
        least_squares<double>({x.data(), 0, n, n, 1}, {y.data(), 0, 1, 1, 1}, 1e-14, LeastSquaresMethod::qr, b.data(), &norm, 1)
            .rank == 0);
    MLMATH_CHECK(std::all_of(b.begin(), b.end(), [](double e) { return e == 0; }) && norm == 0);
}

}  // namespace mlmath::tests
