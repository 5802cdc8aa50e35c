// SPDX-License-Identifier: BSD-3-Clause
// Reductions against their textbooks: sizes around the lanes and the chunk, strides, columns, masks, threads.
#include <cmath>
#include <limits>

#include "kernels/reduce/count/count.hpp"
#include "kernels/reduce/count/count_textbook.hpp"
#include "kernels/reduce/cumulative/cumulative.hpp"
#include "kernels/reduce/cumulative/cumulative_textbook.hpp"
#include "kernels/reduce/extremes/extremes.hpp"
#include "kernels/reduce/extremes/extremes_textbook.hpp"
#include "kernels/reduce/moments/moments.hpp"
#include "kernels/reduce/moments/moments_textbook.hpp"
#include "kernels/reduce/product/product.hpp"
#include "kernels/reduce/product/product_textbook.hpp"
#include "kernels/reduce/sum/sum.hpp"
#include "kernels/reduce/sum/sum_ladder.hpp"
#include "kernels/reduce/sum/sum_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
ReductionInput whole(VectorView<const T>& x) {
    return {element_of<T>, x.data, 1, &x.size, &x.stride, all_axes};
}
template <class Result>
ReductionOutput one(Result& result) {
    static const std::ptrdiff_t unused = 0;
    return {element_of<Result>, &result, &unused};
}

template <class T>
void check_vector(std::ptrdiff_t n, std::ptrdiff_t stride) {
    Numbers numbers(static_cast<unsigned long long>(n) + 3);
    std::vector<T> x(n * stride + 1);
    for (auto& v : x) v = static_cast<T>(numbers.next() + 2);  // positive: no cancellation, relative bounds
    VectorView<const T> view{x.data(), n, stride};
    const double eps = std::numeric_limits<T>::epsilon(), u = 0x1p-53, expected = textbook::sum(view);
    const double total = sum(view, 1);
    MLMATH_CHECK_NEAR(total, expected, (n + 1) * eps * expected);
    for (const auto rung : {ladder::sum_naive<T>, ladder::sum_pairwise<T>, ladder::sum_compensated<T>, ladder::sum_simd<T>})
        MLMATH_CHECK_NEAR(rung(view, 1), expected, (n + 1) * eps * expected);
    for (int threads : {2, 3, 7}) MLMATH_CHECK(sum(view, threads) == total);

    const std::vector<double> wide(x.begin(), x.end());
    const VectorView<const double> wide_view{wide.data(), n, stride};
    T largest = 0;
    extremes(whole(view), {.largest = true}, one(largest), 2);
    MLMATH_CHECK(largest == textbook::max(view));
    std::int64_t position = -1, count = -1;
    extreme_positions(whole(view), {.largest = true}, one(position), 2);
    MLMATH_CHECK(position == textbook::argmax(view));
    count_nonzero(whole(view), one(count), 2);
    MLMATH_CHECK(count == textbook::count_nonzero(view));
    for (auto& v : x) v = static_cast<T>(v / 2 + T(0.1));  // about 1: the textbook's product stays in range
    double multiplied = -1, wide_product = 1;
    product(whole(view), false, 1, one(multiplied), 1);
    for (std::ptrdiff_t i = 0; i < n; ++i) wide_product *= x[i * stride];
    if (n < 500) MLMATH_CHECK_NEAR(multiplied, wide_product, 4 * (n + 40) * u * wide_product);
    for (int threads : {2, 7}) {
        double again = -1;
        product(whole(view), false, 1, one(again), threads);
        MLMATH_CHECK(std::isnan(again) ? std::isnan(multiplied) : again == multiplied);
    }
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(x.size()); ++i) x[i] = static_cast<T>(wide[i]);
    if (n < 2) return;
    double result = -1;
    variance(whole(view), {.correction = 1}, one(result), 1);
    MLMATH_CHECK_NEAR(result, textbook::variance(wide_view, n - 1.0), 4 * n * u * result);
}

}  // namespace

MLMATH_TEST(reductions_match_textbook) {
    for (std::ptrdiff_t n : {1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 5000, 65536, 70001})
        check_vector<double>(n, 1), check_vector<float>(n, 1), check_vector<double>(n, 3), check_vector<float>(n, 5);
    double nothing = 1;
    MLMATH_CHECK(sum(VectorView<const double>{&nothing, 0, 1}, 2) == 0);
}

MLMATH_TEST(columns_and_rows_are_vectors) {
    for (std::ptrdiff_t rows : {1, 2, 31, 33, 200, 1025, 3000})
        for (std::ptrdiff_t columns : {1, 2, 3, 8, 9, 31, 40, 70, 130}) {
            Numbers numbers(static_cast<unsigned long long>(rows * 1000 + columns));
            std::vector<double> x(rows * columns), sums(columns), variances(columns), largest(columns), products(columns);
            std::vector<std::int64_t> positions(columns);
            for (auto& v : x) v = numbers.next();
            const std::ptrdiff_t shape[] = {rows, columns}, strides[] = {columns, 1}, out_strides[] = {0, 1};
            const ReductionInput in{Element::f64, x.data(), 2, shape, strides, 1};
            for (int threads : {1, 3}) {
                sum(in, {}, {Element::f64, sums.data(), out_strides}, threads);
                variance(in, {}, {Element::f64, variances.data(), out_strides}, threads);
                extremes(in, {.largest = true}, {Element::f64, largest.data(), out_strides}, threads);
                extreme_positions(in, {.largest = true}, {Element::i64, positions.data(), out_strides}, threads);
                product(in, false, 1, {Element::f64, products.data(), out_strides}, threads);
                for (std::ptrdiff_t c = 0; c < columns; ++c) {
                    VectorView<const double> column{x.data() + c, rows, columns};
                    double alone, product_alone;
                    variance(whole(column), {}, one(alone), 1);
                    product(whole(column), false, 1, one(product_alone), 1);
                    MLMATH_CHECK(sums[c] == sum(column, 1));
                    MLMATH_CHECK(variances[c] == alone);
                    MLMATH_CHECK(products[c] == product_alone);
                    MLMATH_CHECK(largest[c] == textbook::max(column));
                    MLMATH_CHECK(positions[c] == textbook::argmax(column));
                }
            }
        }
}

MLMATH_TEST(running_sums_match_textbook) {
    for (std::ptrdiff_t n : {1, 7, 8, 9, 1023, 1024, 1025, 5000, 70001})
        for (std::ptrdiff_t stride : {1, 3}) {
            Numbers numbers(static_cast<unsigned long long>(n));
            std::vector<double> x(n * stride), expected(n), result(2 * n);
            for (auto& v : x) v = std::floor(numbers.next() * 1000);  // integers: exact in any order
            VectorView<const double> view{x.data(), n, stride};
            textbook::cumulative_sum(view, expected.data());
            const std::ptrdiff_t unused = 0;
            cumulative_sum(whole(view), {Element::f64, result.data(), &unused}, 2, false, 2);
            for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(result[2 * i] == expected[i]);
        }
}

MLMATH_TEST(a_mask_leaves_elements_out) {
    for (std::ptrdiff_t n : {1, 31, 1000, 1024, 1025, 5000, 70001}) {
        Numbers numbers(static_cast<unsigned long long>(n));
        std::vector<double> x(n), chosen;
        std::vector<unsigned char> mask(n);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            x[i] = std::floor(numbers.next() * 100);
            mask[i] = static_cast<unsigned char>(numbers.next() > 0.2);
            if (mask[i]) chosen.push_back(x[i]);
        }
        const std::ptrdiff_t stride = 1;
        const ReductionInput in{Element::f64, x.data(), 1, &n, &stride, all_axes, Other::select, mask.data(), &stride};
        VectorView<const double> some{chosen.data(), static_cast<std::ptrdiff_t>(chosen.size()), 1};
        double total = -1, mean = -1, spread = -1;
        sum(in, {}, one(total), 2);
        MLMATH_CHECK(total == textbook::sum(some));  // integers: exact in any order
        const bool any = sum_of_some(in, false, true, 0, one(mean), 2);
        MLMATH_CHECK(any == !chosen.empty());
        if (any) MLMATH_CHECK(mean == total / static_cast<double>(chosen.size()));
        if (variance(in, {}, one(spread), 2)) {
            const double count = static_cast<double>(chosen.size());
            MLMATH_CHECK_NEAR(spread, textbook::variance(some, count), 4 * count * 0x1p-53 * spread);
        }
    }
}

}  // namespace mlmath::tests
