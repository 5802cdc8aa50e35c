// SPDX-License-Identifier: BSD-3-Clause
// dot, textbook: the definition. Oracle of the tests, fallback, baseline of the ladder.
#pragma once
#include "kernels/blas/dot/dot.hpp"

namespace mlmath::textbook {

template <class T>
T dot(VectorView<const T> x, VectorView<const T> y) {
    T sum = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) sum += x.data[i * x.stride] * y.data[i * y.stride];
    return sum;
}

}  // namespace mlmath::textbook
