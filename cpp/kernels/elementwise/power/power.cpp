// SPDX-License-Identifier: BSD-3-Clause
// Powers and cube roots: dispatch.
#include "kernels/elementwise/power/power.hpp"

#include "kernels/elementwise/power/power_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(PowerKernels, power_kernels);

const BinaryKernels& pow_function() { return active(power_kernels_by_level).pow; }
const UnaryKernels& cbrt_function() { return active(power_kernels_by_level).cbrt; }

}  // namespace mlmath
