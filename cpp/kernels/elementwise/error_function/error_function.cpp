// SPDX-License-Identifier: BSD-3-Clause
// Error functions and their inverses: dispatch.
#include "kernels/elementwise/error_function/error_function.hpp"

#include "kernels/elementwise/error_function/error_function_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(ErrorFunctionKernels, error_function_kernels);

const UnaryKernels& erf_function() { return active(error_function_kernels_by_level).erf; }
const UnaryKernels& erfc_function() { return active(error_function_kernels_by_level).erfc; }
const UnaryKernels& erfinv_function() { return active(error_function_kernels_by_level).erfinv; }
const UnaryKernels& erfcinv_function() { return active(error_function_kernels_by_level).erfcinv; }
const UnaryKernels& ndtr_function() { return active(error_function_kernels_by_level).ndtr; }
const UnaryKernels& ndtri_function() { return active(error_function_kernels_by_level).ndtri; }

}  // namespace mlmath
