// SPDX-License-Identifier: BSD-3-Clause
// normal_product against its definition: sizes around tile, block and part, row strides, layouts of Q and Z, threads.
#include "kernels/preprocessing/normal_product/normal_product.hpp"

#include <limits>

#include "kernels/preprocessing/normal_product/normal_product_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void check_case(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t l, std::ptrdiff_t gap, bool with_mean, bool by_columns) {
    Numbers numbers(static_cast<unsigned long long>(n * 131 + d * 7 + l));
    const std::ptrdiff_t row = d + gap;
    std::vector<T> x(n * row), mean(d), q(d * l), first;
    for (T& e : x) e = T(numbers.next());
    for (T& e : mean) e = T(numbers.next());
    for (T& e : q) e = T(numbers.next());
    const T* const m = with_mean ? mean.data() : nullptr;
    const MatrixView<const T> of_x = {x.data(), n, d, row, 1};
    const MatrixView<const T> of_q = {q.data(), d, l, by_columns ? 1 : l, by_columns ? d : 1};
    std::vector<double> expected(d * l);
    normal_product_textbook<T>(of_x, m, of_q, {expected.data(), d, l, l, 1});
    for (int threads : {1, 2, 3}) {
        std::vector<T> z(d * l, std::numeric_limits<T>::quiet_NaN());
        const MatrixView<T> of_z = {z.data(), d, l, by_columns ? 1 : l, by_columns ? d : 1};
        normal_product<T>(of_x, m, of_q, of_z, threads);
        if (first.empty()) {
            first = z;
            // Elements below 2, means below 1: |x - m| < 2 in n rows, |y| < 2 d, each sum to some (rows + d) eps of its terms.
            const double eps = std::numeric_limits<T>::epsilon();
            const double bound = eps * double(96 + d) * 8 * double(n) * double(d);
            for (std::ptrdiff_t p = 0; p < d; ++p)
                for (std::ptrdiff_t j = 0; j < l; ++j)
                    MLMATH_CHECK_NEAR(of_z.data[p * of_z.row_stride + j * of_z.column_stride], expected[p * l + j], bound);
        }
        MLMATH_CHECK(z == first);
    }
}

}  // namespace

MLMATH_TEST(normal_product_matches_textbook) {
    for (std::ptrdiff_t n : {1, 7, 97, 600})
        for (std::ptrdiff_t d : {1, 5, 24, 130})
            for (std::ptrdiff_t l : {1, 3, 20, 26}) {
                check_case<double>(n, d, l, 0, true, false);
                check_case<float>(n, d, l, 3, true, true);
                check_case<double>(n, d, l, 1, false, true);
            }
    check_case<double>(0, 4, 2, 0, true, false);
    check_case<double>(3000, 9, 2, 0, true, false);    // several parts
    check_case<double>(600, 1700, 4, 0, true, false);  // blocks below the most rows, five chunks of k
}

MLMATH_TEST(normal_product_is_symmetric) {
    // Q the identity: X^T X itself, whose halves are the same numbers to rounding.
    const std::ptrdiff_t n = 300, d = 12;
    Numbers numbers(5);
    std::vector<double> x(n * d), q(d * d, 0.0), z(d * d);
    for (double& e : x) e = numbers.next();
    for (std::ptrdiff_t i = 0; i < d; ++i) q[i * d + i] = 1;
    normal_product<double>({x.data(), n, d, d, 1}, nullptr, {q.data(), d, d, d, 1}, {z.data(), d, d, d, 1}, 2);
    for (std::ptrdiff_t i = 0; i < d; ++i)
        for (std::ptrdiff_t j = 0; j < d; ++j) MLMATH_CHECK_NEAR(z[i * d + j], z[j * d + i], 300 * 2.3e-16 * 300);
}

MLMATH_TEST(normal_product_refuses_sizes_that_do_not_fit) {
    double x[4] = {}, z[4] = {};
    MLMATH_CHECK(refused([&] { normal_product<double>({x, 2, 2, 2, 1}, nullptr, {x, 1, 2, 2, 1}, {z, 2, 2, 2, 1}, 1); }));
    MLMATH_CHECK(refused([&] { normal_product<double>({x, 2, 2, 2, 1}, nullptr, {x, 2, 2, 2, 1}, {z, 2, 1, 1, 1}, 1); }));
}

}  // namespace mlmath::tests
