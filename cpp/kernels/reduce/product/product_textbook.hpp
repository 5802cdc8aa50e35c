// SPDX-License-Identifier: BSD-3-Clause
// product, textbook: the definition. Oracle of the tests.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
T product(VectorView<const T> x) {
    T product = 1;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) product *= x.data[i * x.stride];
    return product;
}

}  // namespace mlmath::textbook
