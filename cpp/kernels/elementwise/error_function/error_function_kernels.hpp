// SPDX-License-Identifier: BSD-3-Clause
// The table of error functions and their inverses: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct ErrorFunctionKernels {
    UnaryKernels erf, erfc, erfinv, erfcinv, ndtr, ndtri;
};

}  // namespace mlmath
