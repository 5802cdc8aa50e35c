// SPDX-License-Identifier: BSD-3-Clause
// Gamma functions, textbook: the definitions, element by element. Oracle of the C++ tests, baseline.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void gammaln(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = std::lgamma(x.data[i * x.stride]);
}

// The recurrence up to 20, then the asymptotic series; x > 0.
template <class T>
T digamma(T x) {
    T sum = 0;
    for (; x < 20; x += 1) sum -= 1 / x;
    const T z = 1 / (x * x);
    return sum + std::log(x) - T(0.5) / x -
           z * (T(1) / 12 - z * (T(1) / 120 - z * (T(1) / 252 - z * (T(1) / 240 - z * (T(1) / 132)))));
}
template <class T>
void digamma(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = digamma<T>(x.data[i * x.stride]);
}

}  // namespace mlmath::textbook
