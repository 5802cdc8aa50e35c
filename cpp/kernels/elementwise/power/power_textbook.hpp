// SPDX-License-Identifier: BSD-3-Clause
// Powers and cube roots, textbook: e^(y log x) and Newton's method, in long double. Oracle of the C++ tests, baseline; positive x.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void pow(VectorView<const T> x, VectorView<const T> y, VectorView<T> out) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const long double base = x.data[i * x.stride], exponent = y.data[i * y.stride];
        out.data[i * out.stride] = static_cast<T>(std::exp(exponent * std::log(base)));
    }
}
// c <- c - (c^3 - x) / (3 c^2), from 2^(e/3).
template <class T>
void cbrt(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const long double v = x.data[i * x.stride];
        long double c = std::copysign(std::exp2(std::log2(std::fabs(v)) / 3), v);
        for (int step = 0; step < 3; ++step) c -= (c - v / (c * c)) / 3;
        y.data[i * y.stride] = static_cast<T>(v == 0 ? v : c);
    }
}

}  // namespace mlmath::textbook
