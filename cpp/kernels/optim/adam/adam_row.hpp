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
    T move;           // learning_rate / (1 - beta1^t); NAdam: the factor of m
    T gradient_move;  // NAdam: the factor of g
    T root_scale;     // 1 / sqrt(1 - beta2^t), or 1 where epsilon stands beside the uncorrected v
    T epsilon;
    GradientCoefficients<T> gradient;
};

template <class T>
using AdamRow = void (*)(const ParameterRow<T>& row, const AdamCoefficients<T>& c);

// Adam serves RAdam's rectified steps too; its first few have no denominator.
enum AdamRule { adam_rule, amsgrad_rule, nadam_rule, unrectified_rule, adam_rules };

struct AdamKernels {
    AdamRow<double> f64[adam_rules][2];  // [1]: the gradient is plain
    AdamRow<float> f32[adam_rules][2];
};

}  // namespace mlmath
