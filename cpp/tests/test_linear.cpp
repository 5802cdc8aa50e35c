// SPDX-License-Identifier: BSD-3-Clause
// linear: each activation against its textbook, and bit for bit gemm, then the bias, then the function, on every path of gemm.
#include <algorithm>
#include <limits>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/linear/linear.hpp"
#include "kernels/blas/linear/linear_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void check_case(std::ptrdiff_t m, std::ptrdiff_t k, std::ptrdiff_t n, bool transposed_w) {
    const double eps = std::numeric_limits<T>::epsilon();
    Numbers numbers(static_cast<unsigned long long>(m * 1009 + k * 31 + n));
    std::vector<T> x(m * k), w(k * n), b(n), y(m * n), sums(m * n), expected(m * n), alone(m * n);
    for (auto* v : {&x, &w, &b})
        for (auto& e : *v) e = static_cast<T>(numbers.next());
    const MatrixView<const T> left{x.data(), m, k, k, 1};
    const MatrixView<const T> right =
        transposed_w ? MatrixView<const T>{w.data(), k, n, 1, k} : MatrixView<const T>{w.data(), k, n, n, 1};
    gemm<T>(1, left, right, 0, {sums.data(), m, n, n, 1}, 1);
    for (int f = 0; f < 5; ++f)
        for (const T* bias : {static_cast<const T*>(nullptr), static_cast<const T*>(b.data())}) {
            const auto activation = static_cast<Activation>(f);
            linear_textbook<T>(left, right, bias, activation, {expected.data(), m, n, n, 1});
            // The function of the finished sums alone: a product with k = 0 has only the bias.
            for (std::ptrdiff_t i = 0; i < m; ++i) {
                std::vector<T> row(n);
                for (std::ptrdiff_t j = 0; j < n; ++j) row[j] = sums[i * n + j] + (bias == nullptr ? T(0) : bias[j]);
                linear<T>({nullptr, 1, 0, 0, 1}, {nullptr, 0, n, n, 1}, row.data(), activation, {alone.data() + i * n, 1, n, n, 1},
                          1);
            }
            for (int threads : {1, 2, 3}) {
                std::fill(y.begin(), y.end(), std::numeric_limits<T>::quiet_NaN());
                linear<T>(left, right, bias, activation, {y.data(), m, n, n, 1}, threads);
                // Slopes of all functions are below 1.2; sums of k products of numbers up to 1, and a few ulp of results up to k
                // + 1.
                for (std::ptrdiff_t e = 0; e < m * n; ++e)
                    MLMATH_CHECK_NEAR(y[e], expected[e], (3 * double(k) + 12) * eps * (double(k) + 1));
                MLMATH_CHECK(y == alone);
            }
        }
}

}  // namespace

MLMATH_TEST(linear_matches_textbook) {
    for (bool transposed_w : {false, true}) {
        for (std::ptrdiff_t m : {1, 2, 9, 40})
            for (std::ptrdiff_t n : {1, 2, 7, 16, 33}) {
                check_case<double>(m, 5, n, transposed_w);
                check_case<float>(m, 12, n, transposed_w);
            }
        check_case<double>(70, 400, 101, transposed_w);
        check_case<float>(101, 520, 70, transposed_w);
        check_case<double>(300, 30, 3, transposed_w);
        check_case<float>(3, 0, 5, transposed_w);
    }
}

}  // namespace mlmath::tests
