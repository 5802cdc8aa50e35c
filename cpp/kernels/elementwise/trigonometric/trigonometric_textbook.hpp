// SPDX-License-Identifier: BSD-3-Clause
// Trigonometric functions, textbook: the power series after the nearest multiple of pi/2 is taken off, in long double. Oracle of
// the C++ tests, baseline; good while x and the result are not extreme.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

// r - r^3/3! + r^5/5! - ... (cosine: 1 - r^2/2! + ...), |r| <= pi/4.
inline long double sine_series(long double r, bool cosine) {
    long double term = cosine ? 1 : r, sum = term;
    for (int k = cosine ? 1 : 2; k < 30; k += 2) {
        term *= -r * r / (k * (k + 1));
        sum += term;
    }
    return sum;
}
inline long double sine_of_quarters(long double r, long n) {
    const long double y = sine_series(r, n & 1);
    return n & 2 ? -y : y;
}

template <class T>
void sin(VectorView<const T> x, VectorView<T> y) {
    constexpr long double half_pi = 1.57079632679489661923132169163975144L;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const long double v = x.data[i * x.stride];
        const long n = std::lround(v / half_pi);
        y.data[i * y.stride] = static_cast<T>(sine_of_quarters(v - n * half_pi, n));
    }
}
template <class T>
void cos(VectorView<const T> x, VectorView<T> y) {
    constexpr long double half_pi = 1.57079632679489661923132169163975144L;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const long double v = x.data[i * x.stride];
        const long n = std::lround(v / half_pi);
        y.data[i * y.stride] = static_cast<T>(sine_of_quarters(v - n * half_pi, n + 1));
    }
}
template <class T>
void sinpi(VectorView<const T> x, VectorView<T> y) {
    constexpr long double pi = 3.14159265358979323846264338327950288L;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const long double v = x.data[i * x.stride];
        const long n = std::lround(2 * v);
        y.data[i * y.stride] = static_cast<T>(sine_of_quarters((v - n / 2.0L) * pi, n));
    }
}

// x - x^3/3 + x^5/5 - ..., |x| < 1/2.
template <class T>
void atan(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const long double v = x.data[i * x.stride];
        long double power = v, sum = v;
        for (int k = 3; k < 80; k += 2) {
            power *= -v * v;
            sum += power / k;
        }
        y.data[i * y.stride] = static_cast<T>(sum);
    }
}

}  // namespace mlmath::textbook
