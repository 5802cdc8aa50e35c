// SPDX-License-Identifier: BSD-3-Clause
// The table of hyperbolic functions: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct HyperbolicKernels {
    UnaryKernels sinh, cosh, tanh;
};

}  // namespace mlmath
