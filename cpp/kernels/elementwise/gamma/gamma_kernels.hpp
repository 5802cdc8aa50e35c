// SPDX-License-Identifier: BSD-3-Clause
// The table of gamma functions: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct GammaKernels {
    UnaryKernels gammaln, digamma;
};

}  // namespace mlmath
