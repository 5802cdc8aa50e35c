// SPDX-License-Identifier: BSD-3-Clause
// det: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

template <class T>
struct DetKernel {
    /// `lanes` matrices of order n <= lu_lanes: their pivots u_kk, n registers, the first times the permutation's sign; NaN in the
    /// lanes with a NaN or an infinity. product: one register, the product with k increasing. safe[l]: whether no partial product
    /// left the normal range. tile: n n lanes elements, 64-byte aligned.
    void (*group)(std::ptrdiff_t n, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* tile, T* diagonal,
                  T* product, bool* safe);
    int lanes;
};

struct DetKernels {
    DetKernel<double> f64;
    DetKernel<float> f32;

    const DetKernel<double>& of(double) const { return f64; }
    const DetKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
