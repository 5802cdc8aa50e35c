// SPDX-License-Identifier: BSD-3-Clause
// The logarithms' table: one per level.
#pragma once
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

struct LogKernels {
    UnaryKernels log, log1p, log2, log10;
    BinaryKernels xlogy, xlog1py;
};

}  // namespace mlmath
