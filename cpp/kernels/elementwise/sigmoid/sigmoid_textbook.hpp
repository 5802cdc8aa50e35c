// SPDX-License-Identifier: BSD-3-Clause
// Logistic functions, textbook: the definitions, element by element. Oracle of the C++ tests, baseline.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void expit(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = 1 / (1 + std::exp(-x.data[i * x.stride]));
}
template <class T>
void softplus(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i)
        y.data[i * y.stride] = std::log1p(std::exp(-std::fabs(x.data[i * x.stride]))) + std::fmax(x.data[i * x.stride], T(0));
}
template <class T>
void logit(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = std::log(x.data[i * x.stride] / (1 - x.data[i * x.stride]));
}

}  // namespace mlmath::textbook
