// SPDX-License-Identifier: BSD-3-Clause
// Logarithms: dispatch.
#include "kernels/elementwise/log/log.hpp"

#include "kernels/elementwise/log/log_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LogKernels, log_kernels);

const UnaryKernels& log_function() { return active(log_kernels_by_level).log; }
const UnaryKernels& log1p_function() { return active(log_kernels_by_level).log1p; }
const UnaryKernels& log2_function() { return active(log_kernels_by_level).log2; }
const UnaryKernels& log10_function() { return active(log_kernels_by_level).log10; }
const BinaryKernels& xlogy_function() { return active(log_kernels_by_level).xlogy; }
const BinaryKernels& xlog1py_function() { return active(log_kernels_by_level).xlog1py; }

}  // namespace mlmath
