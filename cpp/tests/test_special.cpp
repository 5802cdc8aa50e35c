// SPDX-License-Identifier: BSD-3-Clause
// Logistic, error, gamma, hyperbolic and trigonometric functions against the definitions, on the standard library. (Accuracy is
// measured against mpmath from Python.)
#include <limits>

#include "kernels/elementwise/elementwise.hpp"
#include "kernels/elementwise/error_function/error_function.hpp"
#include "kernels/elementwise/error_function/error_function_textbook.hpp"
#include "kernels/elementwise/gamma/gamma.hpp"
#include "kernels/elementwise/gamma/gamma_textbook.hpp"
#include "kernels/elementwise/hyperbolic/hyperbolic.hpp"
#include "kernels/elementwise/hyperbolic/hyperbolic_textbook.hpp"
#include "kernels/elementwise/power/power.hpp"
#include "kernels/elementwise/power/power_textbook.hpp"
#include "kernels/elementwise/sigmoid/sigmoid.hpp"
#include "kernels/elementwise/sigmoid/sigmoid_textbook.hpp"
#include "kernels/elementwise/trigonometric/trigonometric.hpp"
#include "kernels/elementwise/trigonometric/trigonometric_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
using Textbook = void (*)(VectorView<const T>, VectorView<T>);

// Operands from (shift - scale, shift + scale); the definition is right to `ulp` units of the largest of 1 and the result.
template <class T>
void check(const UnaryKernels& kernels, Textbook<T> textbook, double scale, double shift, double ulp) {
    for (std::ptrdiff_t n : {1, 7, 8, 33, 1000, 40001}) {
        Numbers numbers(static_cast<unsigned long long>(n));
        std::vector<T> x(n), expected(n), y(n), again(n);
        for (auto& v : x) v = static_cast<T>(scale * numbers.next() + shift);
        textbook({x.data(), n, 1}, {expected.data(), n, 1});
        map_vector<T>(kernels, {x.data(), n, 1}, {y.data(), n, 1}, 1);
        map_vector<T>(kernels, {x.data(), n, 1}, {again.data(), n, 1}, 3);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            MLMATH_CHECK_NEAR(y[i], expected[i], ulp * std::numeric_limits<T>::epsilon() * std::fmax(T(1), std::fabs(expected[i])));
        MLMATH_CHECK(y == again);
    }
}

// erfinv(erf x) = x, as far as the rounding of erf x lets one know it.
template <class T>
void check_inverse(const UnaryKernels& forward, const UnaryKernels& back, double reach, double shift) {
    constexpr std::ptrdiff_t n = 1000;
    Numbers numbers(3);
    std::vector<T> x(n), y(n), again(n);
    for (auto& v : x) v = static_cast<T>(reach * numbers.next() + shift);
    map_vector<T>(forward, {x.data(), n, 1}, {y.data(), n, 1}, 1);
    map_vector<T>(back, {y.data(), n, 1}, {again.data(), n, 1}, 1);
    // The slope of the inverse is at most e^(x^2) here, e^2.3 for |x| <= 1.5.
    for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK_NEAR(again[i], x[i], 20 * std::numeric_limits<T>::epsilon());
}

}  // namespace

MLMATH_TEST(logistic_functions_match_their_definitions) {
    check<double>(expit_function(), textbook::expit<double>, 40, 0, 4);
    check<float>(expit_function(), textbook::expit<float>, 40, 0, 4);
    check<double>(softplus_function(), textbook::softplus<double>, 40, 0, 4);
    check<float>(softplus_function(), textbook::softplus<float>, 40, 0, 4);
    check<double>(logit_function(), textbook::logit<double>, 0.49, 0.5, 8);
    check<float>(logit_function(), textbook::logit<float>, 0.49, 0.5, 8);
}

MLMATH_TEST(error_functions_match_their_definitions) {
    check<double>(erf_function(), textbook::erf<double>, 6, 0, 3);
    check<float>(erf_function(), textbook::erf<float>, 6, 0, 3);
    check<double>(erfc_function(), textbook::erfc<double>, 6, 0, 4);
    check<float>(erfc_function(), textbook::erfc<float>, 6, 0, 4);
    check<double>(ndtr_function(), textbook::ndtr<double>, 6, 0, 4);
    check<float>(ndtr_function(), textbook::ndtr<float>, 6, 0, 4);
}

MLMATH_TEST(hyperbolic_functions_match_their_definitions) {
    check<double>(sinh_function(), textbook::sinh<double>, 20, 0, 8);
    check<float>(sinh_function(), textbook::sinh<float>, 20, 0, 8);
    check<double>(cosh_function(), textbook::cosh<double>, 20, 0, 8);
    check<float>(cosh_function(), textbook::cosh<float>, 20, 0, 8);
    check<double>(tanh_function(), textbook::tanh<double>, 20, 0, 4);
    check<float>(tanh_function(), textbook::tanh<float>, 20, 0, 4);
}

MLMATH_TEST(powers_match_their_definitions) {
    check<double>(cbrt_function(), textbook::cbrt<double>, 1000, 0, 2);
    check<float>(cbrt_function(), textbook::cbrt<float>, 1000, 0, 2);
    constexpr std::ptrdiff_t n = 1003;
    Numbers numbers(5);
    std::vector<double> x(n), y(n), expected(n), result(n), again(n);
    for (std::ptrdiff_t i = 0; i < n; ++i) x[i] = 3.01 + 3 * numbers.next(), y[i] = 20 * numbers.next();
    textbook::pow<double>({x.data(), n, 1}, {y.data(), n, 1}, {expected.data(), n, 1});
    map_vectors<double>(pow_function(), {x.data(), n, 1}, {y.data(), n, 1}, {result.data(), n, 1}, 1);
    map_vectors<double>(pow_function(), {x.data(), n, 1}, {y.data(), n, 1}, {again.data(), n, 1}, 3);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        MLMATH_CHECK_NEAR(result[i], expected[i], 2 * std::numeric_limits<double>::epsilon() * expected[i]);
    MLMATH_CHECK(result == again);
}

MLMATH_TEST(trigonometric_functions_match_their_definitions) {
    check<double>(sin_function(), textbook::sin<double>, 1000, 0, 2);
    check<float>(sin_function(), textbook::sin<float>, 1000, 0, 2);
    check<double>(cos_function(), textbook::cos<double>, 1000, 0, 2);
    check<float>(cos_function(), textbook::cos<float>, 1000, 0, 2);
    check<double>(sinpi_function(), textbook::sinpi<double>, 1000, 0, 2);
    check<float>(sinpi_function(), textbook::sinpi<float>, 1000, 0, 2);
    check<double>(atan_function(), textbook::atan<double>, 0.45, 0, 2);
    check<float>(atan_function(), textbook::atan<float>, 0.45, 0, 2);
}

MLMATH_TEST(inverse_error_functions_invert) {
    check_inverse<double>(erf_function(), erfinv_function(), 1.5, 0);
    check_inverse<float>(erf_function(), erfinv_function(), 1.5, 0);
    check_inverse<double>(erfc_function(), erfcinv_function(), 1.5, 0);
    check_inverse<double>(ndtr_function(), ndtri_function(), 1.5, 0);
}

MLMATH_TEST(gamma_functions_match_their_definitions) {
    check<double>(gammaln_function(), textbook::gammaln<double>, 20, 20.01, 8);
    check<float>(gammaln_function(), textbook::gammaln<float>, 20, 20.01, 8);
    check<double>(digamma_function(), textbook::digamma<double>, 9, 9.1, 64);
}

}  // namespace mlmath::tests
