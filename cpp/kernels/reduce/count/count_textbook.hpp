// SPDX-License-Identifier: BSD-3-Clause
// count, textbook: the definition. Oracle of the tests.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
std::ptrdiff_t count_nonzero(VectorView<const T> x) {
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) count += x.data[i * x.stride] != 0;
    return count;
}

}  // namespace mlmath::textbook
