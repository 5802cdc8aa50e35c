// SPDX-License-Identifier: BSD-3-Clause
// gram against its textbook: sizes around tile, chunk and part, layouts, weights, a right-hand side, threads.
#include <limits>

#include "kernels/blas/gram/gram.hpp"
#include "kernels/blas/gram/gram_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// The same numbers in rows, in columns, and reversed with gaps.
template <class T>
struct Matrix {
    std::vector<T> memory;
    MatrixView<const T> view{};

    Matrix(const std::vector<T>& rows, std::ptrdiff_t m, std::ptrdiff_t n, int layout) : memory(rows.size() * 2 + 1) {
        const std::ptrdiff_t row = layout == 0 ? n : layout == 1 ? 1 : -2 * n, column = layout == 0 ? 1 : layout == 1 ? m : 2;
        T* first = memory.data() + (layout == 2 && m > 0 ? (m - 1) * 2 * n : 0);
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) first[i * row + j * column] = rows[i * n + j];
        view = {first, m, n, row, column};
    }
};

template <class T>
void check_case(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t q, bool weighted) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    const double eps = std::numeric_limits<T>::epsilon();
    Numbers numbers(static_cast<unsigned long long>(m * 1009 + n * 31 + q));
    std::vector<T> x(m * n), y(m * q), w(m), c(n * n), d(n * q), first;
    for (auto* v : {&x, &y, &w})
        for (auto& e : *v) e = static_cast<T>(numbers.next());
    const VectorView<const T> weights{w.data(), m, 1};
    const VectorView<const T>* given = weighted ? &weights : nullptr;
    gram_textbook<T>({x.data(), m, n, n, 1}, given, {y.data(), m, q, q, 1}, c.data(), d.data());
    for (int layout : {0, 1, 2})
        for (int threads : {1, 2, 3}) {
            const Matrix<T> left(x, m, n, layout), right(y, m, q, 2 - layout);
            std::vector<T> result(n * n + n * q, nan);
            gram<T>(left.view, given, right.view, result.data(), result.data() + n * n, threads);
            if (first.empty()) {
                first = result;
                // Sums of m products of numbers up to 1; both sides are within (m + 2) eps of them.
                for (std::ptrdiff_t e = 0; e < n * n + n * q; ++e)
                    MLMATH_CHECK_NEAR(result[e], e < n * n ? c[e] : d[e - n * n], 2 * (double(m) + 2) * eps * double(m));
                for (std::ptrdiff_t i = 0; i < n; ++i)
                    for (std::ptrdiff_t j = 0; j < i; ++j) MLMATH_CHECK(result[i * n + j] == result[j * n + i]);
            }
            MLMATH_CHECK(result == first);
        }
}

}  // namespace

MLMATH_TEST(gram_matches_textbook) {
    for (std::ptrdiff_t n : {1, 2, 7, 8, 9, 17, 24, 25, 50, 73})
        for (std::ptrdiff_t m : {1, 5, 127, 129, 300}) {
            check_case<double>(m, n, m % 3, n % 2 == 0);
            check_case<float>(m, n, m % 4, n % 2 == 1);
        }
}

MLMATH_TEST(gram_in_parts) {
    check_case<double>(4096, 9, 0, false);
    check_case<double>(4097, 9, 1, true);
    check_case<float>(9000, 6, 2, false);
}

MLMATH_TEST(gram_of_many_columns) {
    check_case<double>(70, 257, 0, false);
    check_case<double>(2100, 261, 3, true);
    check_case<float>(40, 300, 257, true);
    check_case<float>(33, 20, 260, false);
}

MLMATH_TEST(gram_of_tall_matrices_in_parts) {
    check_case<double>(8400, 260, 1, false);  // 32 rows a column: parts; four columns as rows
    check_case<float>(8400, 261, 2, true);
}

MLMATH_TEST(gram_without_rows_is_zero) {
    std::vector<double> c(4, 1), d(2, 1);
    gram<double>({nullptr, 0, 2, 2, 1}, nullptr, {nullptr, 0, 1, 1, 1}, c.data(), d.data(), 2);
    for (double v : c) MLMATH_CHECK(v == 0);
    for (double v : d) MLMATH_CHECK(v == 0);
}

MLMATH_TEST(gram_refuses_sizes_that_do_not_fit) {
    const double x[4] = {};
    double c[4];
    const VectorView<const double> weights{x, 3, 1};
    MLMATH_CHECK(refused([&] { gram<double>({x, 2, 2, 2, 1}, &weights, {nullptr, 2, 0, 0, 1}, c, nullptr, 1); }));
}

}  // namespace mlmath::tests
