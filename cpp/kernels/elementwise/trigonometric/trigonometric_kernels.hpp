// SPDX-License-Identifier: BSD-3-Clause
// The table of trigonometric functions: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct TrigonometricKernels {
    UnaryKernels sin, cos, tan, sinpi, cospi, atan;
    BinaryKernels atan2;
};

}  // namespace mlmath
