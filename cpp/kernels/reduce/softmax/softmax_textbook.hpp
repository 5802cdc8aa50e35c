// SPDX-License-Identifier: BSD-3-Clause
// softmax, textbook: the stable definition in three passes over a row. Oracle of the C++ tests, baseline.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
T maximum(VectorView<const T> x) {
    T largest = x.data[0];
    for (std::ptrdiff_t i = 1; i < x.size; ++i)
        if (x.data[i * x.stride] > largest) largest = x.data[i * x.stride];
    return largest;
}

template <class T>
void softmax(VectorView<const T> x, VectorView<T> y) {
    const T largest = maximum(x);
    T sum = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) sum += y.data[i * y.stride] = std::exp(x.data[i * x.stride] - largest);
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] /= sum;
}

template <class T>
T logsumexp(VectorView<const T> x) {
    const T largest = maximum(x);
    T sum = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) sum += std::exp(x.data[i * x.stride] - largest);
    return largest + std::log(sum);
}

template <class T>
void log_softmax(VectorView<const T> x, VectorView<T> y) {
    const T total = logsumexp(x);
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = x.data[i * x.stride] - total;
}

}  // namespace mlmath::textbook
