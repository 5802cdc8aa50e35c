// SPDX-License-Identifier: BSD-3-Clause
// Logistic functions: dispatch.
#include "kernels/elementwise/sigmoid/sigmoid.hpp"

#include "kernels/elementwise/sigmoid/sigmoid_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SigmoidKernels, sigmoid_kernels);

const UnaryKernels& expit_function() { return active(sigmoid_kernels_by_level).expit; }
const UnaryKernels& log_expit_function() { return active(sigmoid_kernels_by_level).log_expit; }
const UnaryKernels& logit_function() { return active(sigmoid_kernels_by_level).logit; }
const UnaryKernels& softplus_function() { return active(sigmoid_kernels_by_level).softplus; }

}  // namespace mlmath
