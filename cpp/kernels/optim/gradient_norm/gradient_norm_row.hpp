// SPDX-License-Identifier: BSD-3-Clause
// gradient_norm: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// The sum of squares of n contiguous elements, in doubles.
struct GradientNormKernels {
    double (*f64)(const double* g, std::ptrdiff_t n);
    double (*f32)(const float* g, std::ptrdiff_t n);
};

}  // namespace mlmath
