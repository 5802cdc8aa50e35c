// SPDX-License-Identifier: BSD-3-Clause
// moments, textbook: the definition, in two passes. Oracle of the tests, baseline of the ladder.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

/// (sum of squared deviations from the mean) / divisor, with sums in Sum.
template <class T, class Sum = double>
T variance(VectorView<const T> x, double divisor) {
    Sum sum = 0, squares = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) sum += x.data[i * x.stride];
    const Sum mean = sum / static_cast<Sum>(x.size);
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const Sum d = x.data[i * x.stride] - mean;
        squares += d * d;
    }
    return static_cast<T>(squares / static_cast<Sum>(divisor));
}

}  // namespace mlmath::textbook
