// SPDX-License-Identifier: BSD-3-Clause
// gradient_norm, textbook: the largest magnitude first, so that no square overflows. Oracle, fallback of extreme sums, baseline.
#pragma once
#include <cmath>

#include "kernels/optim/gradient_norm/gradient_norm.hpp"

namespace mlmath::textbook {

template <class T>
GradientNorm gradient_norm(const GradientSpan<T>* spans, std::ptrdiff_t count) {
    GradientNorm result;
    double largest = 0;
    for (std::ptrdiff_t k = 0; k < count; ++k)
        for (std::ptrdiff_t i = 0; i < spans[k].n; ++i) {
            const double magnitude = std::abs(static_cast<double>(spans[k].data[i]));
            if (!std::isfinite(magnitude) && result.finite) result = {0, false, k, i};
            if (std::isnan(magnitude) || std::isnan(largest))
                largest = magnitude + largest;
            else if (magnitude > largest)
                largest = magnitude;
        }
    result.norm = largest;
    if (largest == 0 || !result.finite) return result;
    double sum = 0;
    for (std::ptrdiff_t k = 0; k < count; ++k)
        for (std::ptrdiff_t i = 0; i < spans[k].n; ++i) {
            const double scaled = static_cast<double>(spans[k].data[i]) / largest;
            sum += scaled * scaled;
        }
    result.norm = largest * std::sqrt(sum);
    return result;
}

}  // namespace mlmath::textbook
