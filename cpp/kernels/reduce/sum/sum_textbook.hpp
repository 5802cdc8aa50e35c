// SPDX-License-Identifier: BSD-3-Clause
// sum, textbook: the definition. Oracle of the tests, baseline of the ladder.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
T sum(VectorView<const T> x) {
    T total = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) total += x.data[i * x.stride];
    return total;
}

}  // namespace mlmath::textbook
