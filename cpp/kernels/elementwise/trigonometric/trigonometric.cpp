// SPDX-License-Identifier: BSD-3-Clause
// Trigonometric functions: dispatch.
#include "kernels/elementwise/trigonometric/trigonometric.hpp"

#include "kernels/elementwise/trigonometric/trigonometric_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(TrigonometricKernels, trigonometric_kernels);

const UnaryKernels& sin_function() { return active(trigonometric_kernels_by_level).sin; }
const UnaryKernels& cos_function() { return active(trigonometric_kernels_by_level).cos; }
const UnaryKernels& tan_function() { return active(trigonometric_kernels_by_level).tan; }
const UnaryKernels& sinpi_function() { return active(trigonometric_kernels_by_level).sinpi; }
const UnaryKernels& cospi_function() { return active(trigonometric_kernels_by_level).cospi; }
const UnaryKernels& atan_function() { return active(trigonometric_kernels_by_level).atan; }
const BinaryKernels& atan2_function() { return active(trigonometric_kernels_by_level).atan2; }

}  // namespace mlmath
