// SPDX-License-Identifier: BSD-3-Clause
// The exponentials' table: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct ExpKernels {
    UnaryKernels exp, exp2, expm1;
};

}  // namespace mlmath
