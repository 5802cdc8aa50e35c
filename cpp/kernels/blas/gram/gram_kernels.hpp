// SPDX-License-Identifier: BSD-3-Clause
// gram: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

template <class T>
struct GramRows {
    const T* data;
    std::ptrdiff_t rows, columns, row_stride, column_stride;
};

/// w_p x_pj of some rows, dense by rows. One pair per level.
struct GramKernels {
    void (*scale_f32)(const GramRows<float>& x, const float* weights, std::ptrdiff_t weight_stride, float* to);
    void (*scale_f64)(const GramRows<double>& x, const double* weights, std::ptrdiff_t weight_stride, double* to);

    void scale(const GramRows<float>& x, const float* w, std::ptrdiff_t stride, float* to) const { scale_f32(x, w, stride, to); }
    void scale(const GramRows<double>& x, const double* w, std::ptrdiff_t stride, double* to) const { scale_f64(x, w, stride, to); }
};

}  // namespace mlmath
