// SPDX-License-Identifier: BSD-3-Clause
// cumulative, textbook: the definition. Oracle of the tests.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
void cumulative_sum(VectorView<const T> x, T* out) {
    T total = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) out[i] = total += x.data[i * x.stride];
}

}  // namespace mlmath::textbook
