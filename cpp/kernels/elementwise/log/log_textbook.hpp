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

}  // namespace mlmath::textbook
