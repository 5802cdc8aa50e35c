// SPDX-License-Identifier: BSD-3-Clause
// dot against its textbook: sizes around the lanes and the chunk, strides, threads.
#include <limits>

#include "kernels/blas/dot/dot.hpp"
#include "kernels/blas/dot/dot_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void check_dot(std::ptrdiff_t n, std::ptrdiff_t x_stride, std::ptrdiff_t y_stride) {
    Numbers numbers(static_cast<unsigned long long>(n) + 1);
    std::vector<T> x(n * x_stride + 1), y(n * y_stride + 1);
    for (auto& v : x) v = static_cast<T>(numbers.next());
    for (auto& v : y) v = static_cast<T>(numbers.next());
    double magnitude = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) magnitude += std::fabs(double(x[i * x_stride]) * double(y[i * y_stride]));
    const VectorView<const T> xv{x.data(), n, x_stride}, yv{y.data(), n, y_stride};
    const double expected = textbook::dot(xv, yv);
    const T one = dot(xv, yv, 1);
    // The textbook's own bound dominates: n eps sum |x_i y_i|.
    MLMATH_CHECK_NEAR(one, expected, (n + 1) * std::numeric_limits<T>::epsilon() * magnitude);
    for (int threads : {2, 3, 7}) MLMATH_CHECK(dot(xv, yv, threads) == one);
}

}  // namespace

MLMATH_TEST(dot_matches_textbook) {
    for (std::ptrdiff_t n : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 4095, 4096, 4097, 40000, 100001}) {
        check_dot<double>(n, 1, 1);
        check_dot<float>(n, 1, 1);
        check_dot<double>(n, 2, 3);
        check_dot<float>(n, 1, 5);
    }
}

}  // namespace mlmath::tests
