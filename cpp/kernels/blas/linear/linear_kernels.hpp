// SPDX-License-Identifier: BSD-3-Clause
// linear: what the driver and the per-level units agree on: the tail of a product, for every activation.
#pragma once
#include "kernels/blas/gemm/gemm_kernels.hpp"

namespace mlmath {

constexpr int activations = 5;  // Activation's values

/// apply[f]: c = f(c + bias) for some rows (see GemmTail).
template <class T>
struct LinearTails {
    GemmTailFunction<T> apply[activations];
};
struct LinearKernels {
    LinearTails<float> f32;
    LinearTails<double> f64;
};

}  // namespace mlmath
