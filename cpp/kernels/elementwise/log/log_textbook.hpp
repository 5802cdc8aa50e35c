// SPDX-License-Identifier: BSD-3-Clause
// log, textbook: the standard library's function, element by element. Oracle of the C++ tests, baseline.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void log(VectorView<const T> x, VectorView<T> y) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = std::log(x.data[i * x.stride]);
}

template <class T>
void xlogy(VectorView<const T> x, VectorView<const T> y, VectorView<T> out) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const T factor = x.data[i * x.stride];
        out.data[i * out.stride] = factor == 0 ? 0 : factor * std::log(y.data[i * y.stride]);
    }
}

}  // namespace mlmath::textbook
