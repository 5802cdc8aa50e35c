// SPDX-License-Identifier: BSD-3-Clause
// The table of logistic functions: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct SigmoidKernels {
    UnaryKernels expit, log_expit, logit, softplus;
};

}  // namespace mlmath
