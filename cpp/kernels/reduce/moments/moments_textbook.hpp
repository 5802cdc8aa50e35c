// SPDX-License-Identifier: BSD-3-Clause
// moments, textbook: the definition, in two passes. Oracle of the tests.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

template <class T>
T variance(VectorView<const T> x, double divisor) {
    double sum = 0, squares = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) sum += x.data[i * x.stride];
    const double mean = sum / static_cast<double>(x.size);
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const double d = x.data[i * x.stride] - mean;
        squares += d * d;
    }
    return static_cast<T>(squares / divisor);
}

}  // namespace mlmath::textbook
