// SPDX-License-Identifier: BSD-3-Clause
// adam: what the driver and the per-level units agree on.
#pragma once
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

// The scalars of one step, formed in double and rounded once: 1 - 0.999f would be wrong by 1.3e-5 of itself.
template <class T>
struct AdamCoefficients {
    T keep;          // 1 - learning_rate weight_decay
    T beta1, rest1;  // rest = 1 - beta
    T beta2, rest2;
    T move;        // learning_rate / (1 - beta1^t)
    T root_scale;  // 1 / sqrt(1 - beta2^t)
    T epsilon;
};

struct AdamKernels {
    void (*f64)(const ParameterRow<double>& row, const AdamCoefficients<double>& c);
    void (*f32)(const ParameterRow<float>& row, const AdamCoefficients<float>& c);
};

}  // namespace mlmath
