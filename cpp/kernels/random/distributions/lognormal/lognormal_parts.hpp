// SPDX-License-Identifier: BSD-3-Clause
// lognormal: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// x[i] = e^x[i], i < n; n is a multiple of 16.
struct LognormalKernels {
    void (*exponentials_f64)(double* x, std::ptrdiff_t n);
    void (*exponentials_f32)(float* x, std::ptrdiff_t n);
};

}  // namespace mlmath
