// SPDX-License-Identifier: BSD-3-Clause
// Error functions, textbook: the definitions, element by element. Oracle of the C++ tests, baseline.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void erf(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = std::erf(x.data[i * x.stride]);
}
template <class T>
void erfc(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = std::erfc(x.data[i * x.stride]);
}
template <class T>
void ndtr(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i)
        y.data[i * y.stride] = std::erfc(-x.data[i * x.stride] * T(0.70710678118654752440)) / 2;
}

}  // namespace mlmath::textbook
