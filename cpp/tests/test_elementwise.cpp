// SPDX-License-Identifier: BSD-3-Clause
// exp and log against the standard library: tails, strides, in place, threads. (Accuracy is measured against mpmath from Python.)
#include <limits>

#include "kernels/elementwise/elementwise.hpp"
#include "kernels/elementwise/exp/exp.hpp"
#include "kernels/elementwise/exp/exp_textbook.hpp"
#include "kernels/elementwise/log/log.hpp"
#include "kernels/elementwise/log/log_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
using Textbook = void (*)(VectorView<const T>, VectorView<T>);

template <class T>
void check_map(const UnaryKernels& kernels, Textbook<T> textbook, double scale, double shift) {
    for (std::ptrdiff_t n : {1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 1000, 40001})
        for (std::ptrdiff_t stride : {1, 3}) {
            Numbers numbers(static_cast<unsigned long long>(n));
            std::vector<T> x(n * stride), expected(n), y(n * stride + 1, T(-5)), again(n * stride + 1, T(-5));
            for (auto& v : x) v = static_cast<T>(scale * numbers.next() + shift);
            textbook({x.data(), n, stride}, {expected.data(), n, 1});
            map_vector<T>(kernels, {x.data(), n, stride}, {y.data(), n, stride}, 1);
            map_vector<T>(kernels, {x.data(), n, stride}, {again.data(), n, stride}, 3);
            // Both are within an ulp of the exact value.
            for (std::ptrdiff_t i = 0; i < n; ++i)
                MLMATH_CHECK_NEAR(y[i * stride], expected[i], 2 * std::numeric_limits<T>::epsilon() * std::fabs(expected[i]));
            MLMATH_CHECK(y == again);
            MLMATH_CHECK(y.back() == T(-5));
            map_vector<T>(kernels, {x.data(), n, stride}, {x.data(), n, stride}, 2);
            for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(x[i * stride] == y[i * stride]);
        }
}

}  // namespace

MLMATH_TEST(exp_matches_textbook) {
    check_map<double>(exp_function(), textbook::exp<double>, 700, 0);
    check_map<float>(exp_function(), textbook::exp<float>, 80, 0);
}

MLMATH_TEST(log_matches_textbook) {
    check_map<double>(log_function(), textbook::log<double>, 3, 3.0001);
    check_map<float>(log_function(), textbook::log<float>, 3, 3.0001);
}

}  // namespace mlmath::tests
