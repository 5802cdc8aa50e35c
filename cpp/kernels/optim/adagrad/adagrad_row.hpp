// SPDX-License-Identifier: BSD-3-Clause
// adagrad: what the driver and the per-level units agree on.
#pragma once
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

template <class T>
struct AdagradCoefficients {
    T rate, epsilon;
    GradientCoefficients<T> gradient;
};

template <class T>
using AdagradRow = void (*)(const ParameterRow<T>& row, const AdagradCoefficients<T>& c);

struct AdagradKernels {
    AdagradRow<double> f64[2];  // [1]: the gradient is plain
    AdagradRow<float> f32[2];
};

}  // namespace mlmath
