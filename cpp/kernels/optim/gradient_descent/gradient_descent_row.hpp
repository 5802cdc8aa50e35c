// SPDX-License-Identifier: BSD-3-Clause
// gradient_descent: what the driver and the per-level units agree on.
#pragma once
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

template <class T>
struct GradientDescentCoefficients {
    T rate, momentum, fresh;  // fresh = 1 - dampening
    GradientCoefficients<T> gradient;
};

template <class T>
using GradientDescentRow = void (*)(const ParameterRow<T>& row, const GradientDescentCoefficients<T>& c);

enum GradientDescentRule { plain_rule, heavy_ball_rule, nesterov_rule, gradient_descent_rules };

struct GradientDescentKernels {
    GradientDescentRow<double> f64[gradient_descent_rules][2];  // [1]: the gradient is plain
    GradientDescentRow<float> f32[gradient_descent_rules][2];
};

}  // namespace mlmath
