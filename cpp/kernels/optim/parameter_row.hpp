// SPDX-License-Identifier: BSD-3-Clause
// What drivers and per-level units of all update rules agree on: one row of parameters.
#pragma once
#include <cstddef>

namespace mlmath {

constexpr int most_states = 3;  // arrays a rule may keep beside the parameters (AMSGrad: two moments and a maximum)

/// n parameters with gradient and state (unused: null); strides in elements.
template <class T>
struct ParameterRow {
    std::ptrdiff_t n;
    T* x;
    std::ptrdiff_t x_stride;
    const T* gradient;
    std::ptrdiff_t gradient_stride;
    T* state[most_states];
    std::ptrdiff_t state_stride[most_states];
};

/// What happens to every gradient before the rule sees it: g <- scale g + decay x, and without decay g <- scale g, x infinite or
/// not. The scale clips (or, negative, climbs); the decay is the coupled one, the gradient of (decay/2) |x|^2.
struct GradientOptions {
    double scale = 1;
    double decay = 0;  // >= 0
    bool plain() const { return scale == 1 && decay == 0; }
};

template <class T>
struct GradientCoefficients {
    T scale, decay;
};
template <class T>
GradientCoefficients<T> gradient_coefficients(const GradientOptions& options) {
    return {static_cast<T>(options.scale), static_cast<T>(options.decay)};
}

}  // namespace mlmath
