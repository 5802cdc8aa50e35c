// SPDX-License-Identifier: BSD-3-Clause
// sum and variance against their textbooks: sizes around the lanes and the chunk, strides, columns, threads.
#include <limits>

#include "kernels/reduce/moments/moments.hpp"
#include "kernels/reduce/moments/moments_textbook.hpp"
#include "kernels/reduce/sum/sum.hpp"
#include "kernels/reduce/sum/sum_ladder.hpp"
#include "kernels/reduce/sum/sum_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void check_vector(std::ptrdiff_t n, std::ptrdiff_t stride) {
    Numbers numbers(static_cast<unsigned long long>(n) + 3);
    std::vector<T> x(n * stride + 1);
    for (auto& v : x) v = static_cast<T>(numbers.next() + 2);  // positive: no cancellation, relative bounds
    const VectorView<const T> view{x.data(), n, stride};
    const ArrayView<const T> array{x.data(), 1, &view.size, &view.stride};
    const double eps = std::numeric_limits<T>::epsilon(), u = 0x1p-53, expected = textbook::sum(view);
    const double total = sum(view, 1);
    MLMATH_CHECK_NEAR(total, expected, (n + 1) * eps * expected);
    for (const auto rung : {ladder::sum_naive<T>, ladder::sum_pairwise<T>, ladder::sum_compensated<T>, ladder::sum_simd<T>})
        MLMATH_CHECK_NEAR(rung(view, 1), expected, (n + 1) * eps * expected);
    for (int threads : {2, 3, 7}) MLMATH_CHECK(sum(view, threads) == total);
    if (n < 2) return;
    const std::ptrdiff_t unused = 0;
    double result = -1;
    if constexpr (sizeof(T) == 8)
        variance<double, double>(array, all_axes, double(n - 1), &result, &unused, 1);
    else
        variance<float, double>(array, all_axes, double(n - 1), &result, &unused, 1);
    MLMATH_CHECK_NEAR(
        result, textbook::variance(VectorView<const double>{std::vector<double>(x.begin(), x.end()).data(), n, stride}, n - 1.0),
        4 * n * u * result);
}

}  // namespace

MLMATH_TEST(reductions_match_textbook) {
    for (std::ptrdiff_t n : {0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 5000, 65536, 70001}) {
        if (n > 0) check_vector<double>(n, 1), check_vector<float>(n, 1), check_vector<double>(n, 3), check_vector<float>(n, 5);
    }
    double nothing = 1;
    MLMATH_CHECK(sum(VectorView<const double>{&nothing, 0, 1}, 2) == 0);
}

MLMATH_TEST(columns_and_rows_are_vectors) {
    for (std::ptrdiff_t rows : {1, 2, 31, 33, 200, 1025, 3000})
        for (std::ptrdiff_t columns : {1, 2, 3, 8, 9, 31, 40, 70, 130}) {
            Numbers numbers(static_cast<unsigned long long>(rows * 1000 + columns));
            std::vector<double> x(rows * columns), sums(columns), variances(columns);
            for (auto& v : x) v = numbers.next();
            const std::ptrdiff_t shape[] = {rows, columns}, strides[] = {columns, 1}, out_strides[] = {0, 1};
            for (int threads : {1, 3}) {
                sum<double, double>({x.data(), 2, shape, strides}, 1, 1, sums.data(), out_strides, threads);
                variance<double, double>({x.data(), 2, shape, strides}, 1, 1, variances.data(), out_strides, threads);
                for (std::ptrdiff_t c = 0; c < columns; ++c) {
                    const std::ptrdiff_t unused = 0;
                    double variance_of_column;
                    variance<double, double>({x.data() + c, 1, &rows, &columns}, all_axes, 1, &variance_of_column, &unused, 1);
                    MLMATH_CHECK(sums[c] == sum(VectorView<const double>{x.data() + c, rows, columns}, 1));
                    MLMATH_CHECK(variances[c] == variance_of_column);
                }
            }
        }
}

}  // namespace mlmath::tests
