// SPDX-License-Identifier: BSD-3-Clause
// extremes, textbook: the definition. Oracle of the tests.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

/// Position of the first largest element; the first NaN is larger than everything.
template <class T>
std::ptrdiff_t argmax(VectorView<const T> x) {
    std::ptrdiff_t best = 0;
    for (std::ptrdiff_t i = 1; i < x.size; ++i) {
        const T value = x.data[i * x.stride], leader = x.data[best * x.stride];
        if (leader == leader && (value > leader || value != value)) best = i;
    }
    return best;
}

template <class T>
T max(VectorView<const T> x) {
    return x.data[argmax(x) * x.stride];
}

}  // namespace mlmath::textbook
