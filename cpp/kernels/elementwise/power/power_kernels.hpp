// SPDX-License-Identifier: BSD-3-Clause
// The table of power functions: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct PowerKernels {
    UnaryKernels cbrt;
    BinaryKernels pow;
};

}  // namespace mlmath
