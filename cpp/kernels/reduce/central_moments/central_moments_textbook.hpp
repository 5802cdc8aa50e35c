// SPDX-License-Identifier: BSD-3-Clause
// central_moments, textbook: the definition, in two passes. Oracle of the tests.
#pragma once
#include "core/view.hpp"

namespace mlmath::textbook {

/// sums[p-2] = sum_i w_i (x_i - mean)^p for p = 2, 3, 4; weights: one per element, or null for ones.
template <class T>
void central_moments(VectorView<const T> x, const double* weights, double& weight, double& mean, double (&sums)[3]) {
    double total = 0;
    weight = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const double w = weights == nullptr ? 1 : weights[i];
        weight += w;
        total += w * x.data[i * x.stride];
    }
    mean = total / weight;
    for (double& s : sums) s = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const double d = x.data[i * x.stride] - mean, w = weights == nullptr ? 1 : weights[i];
        sums[0] += w * d * d;
        sums[1] += w * d * d * d;
        sums[2] += w * d * d * d * d;
    }
}

}  // namespace mlmath::textbook
