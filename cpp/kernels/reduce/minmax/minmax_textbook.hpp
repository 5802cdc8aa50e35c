// SPDX-License-Identifier: BSD-3-Clause
// minmax, textbook: compare and keep. Oracle of the tests; for elements without NaN.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void minmax(VectorView<const T> x, T& smallest, T& largest) {
    smallest = largest = x.data[0];
    for (std::ptrdiff_t i = 1; i < x.size; ++i) {
        const T value = x.data[i * x.stride];
        if (value < smallest) smallest = value;
        if (value > largest) largest = value;
    }
}

}  // namespace mlmath::textbook
