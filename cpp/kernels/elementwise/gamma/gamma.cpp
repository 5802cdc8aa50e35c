// SPDX-License-Identifier: BSD-3-Clause
// Gamma functions: dispatch.
#include "kernels/elementwise/gamma/gamma.hpp"

#include "kernels/elementwise/gamma/gamma_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GammaKernels, gamma_kernels);

const UnaryKernels& gammaln_function() { return active(gamma_kernels_by_level).gammaln; }
const UnaryKernels& digamma_function() { return active(gamma_kernels_by_level).digamma; }

}  // namespace mlmath
