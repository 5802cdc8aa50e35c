// SPDX-License-Identifier: BSD-3-Clause
// adadelta: what the driver and the per-level units agree on.
#pragma once
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

template <class T>
struct AdadeltaCoefficients {
    T rate, rho, rest, epsilon;  // rest = 1 - rho
    GradientCoefficients<T> gradient;
};

template <class T>
using AdadeltaRow = void (*)(const ParameterRow<T>& row, const AdadeltaCoefficients<T>& c);

struct AdadeltaKernels {
    AdadeltaRow<double> f64[2];  // [1]: the gradient is plain
    AdadeltaRow<float> f32[2];
};

}  // namespace mlmath
