// SPDX-License-Identifier: BSD-3-Clause
// trsm: what the driver and the per-level units agree on.
#pragma once
#include "kernels/blas/triangular.hpp"

namespace mlmath {

/// One block of at most triangular_block rows, in place.
struct TrsmKernels {
    void (*block_f32)(const TriangularBlock<float>& block);
    void (*block_f64)(const TriangularBlock<double>& block);

    void block(const TriangularBlock<float>& b) const { block_f32(b); }
    void block(const TriangularBlock<double>& b) const { block_f64(b); }
};

}  // namespace mlmath
