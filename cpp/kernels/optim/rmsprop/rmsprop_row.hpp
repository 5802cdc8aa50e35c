// SPDX-License-Identifier: BSD-3-Clause
// rmsprop: what the driver and the per-level units agree on.
#pragma once
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

template <class T>
struct RMSpropCoefficients {
    T rate, alpha, rest, epsilon, momentum;  // rest = 1 - alpha
    GradientCoefficients<T> gradient;
};

template <class T>
using RMSpropRow = void (*)(const ParameterRow<T>& row, const RMSpropCoefficients<T>& c);

enum RMSpropRule { rmsprop_rule, momentum_rule, centred_rule, centred_momentum_rule, rmsprop_rules };

struct RMSpropKernels {
    RMSpropRow<double> f64[rmsprop_rules][2];  // [1]: the gradient is plain
    RMSpropRow<float> f32[rmsprop_rules][2];
};

}  // namespace mlmath
