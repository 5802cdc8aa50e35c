// SPDX-License-Identifier: BSD-3-Clause
// Hyperbolic functions, textbook: the definitions, element by element. Oracle of the C++ tests, baseline. (sinh and tanh by e^x -
// 1, without which the definitions lose every digit near 0.)
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void sinh(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const T v = x.data[i * x.stride], e = std::expm1(std::fabs(v));
        y.data[i * y.stride] = std::copysign((e + e / (e + 1)) / 2, v);
    }
}
template <class T>
void cosh(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const T e = std::exp(x.data[i * x.stride]);
        y.data[i * y.stride] = (e + 1 / e) / 2;
    }
}
template <class T>
void tanh(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const T e = std::expm1(2 * x.data[i * x.stride]);
        y.data[i * y.stride] = std::isinf(e) ? 1 : e / (e + 2);
    }
}

}  // namespace mlmath::textbook
