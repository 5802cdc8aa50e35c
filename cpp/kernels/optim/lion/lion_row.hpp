// SPDX-License-Identifier: BSD-3-Clause
// lion: what the driver and the per-level units agree on.
#pragma once
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

template <class T>
struct LionCoefficients {
    T keep, rate;                  // keep = 1 - learning_rate weight_decay
    T beta1, rest1, beta2, rest2;  // rest = 1 - beta
    GradientCoefficients<T> gradient;
};

template <class T>
using LionRow = void (*)(const ParameterRow<T>& row, const LionCoefficients<T>& c);

struct LionKernels {
    LionRow<double> f64[2];  // [1]: the gradient is plain
    LionRow<float> f32[2];
};

}  // namespace mlmath
