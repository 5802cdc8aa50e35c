// SPDX-License-Identifier: BSD-3-Clause
// copy: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// to[j*to_stride + i] = from[i*from_stride + j] for i < rows, j < columns.
struct CopyKernels {
    void (*transposed_f32)(const float* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, float* to,
                           std::ptrdiff_t to_stride);
    void (*transposed_f64)(const double* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, double* to,
                           std::ptrdiff_t to_stride);

    void transposed(const float* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, float* to,
                    std::ptrdiff_t to_stride) const {
        transposed_f32(from, from_stride, rows, columns, to, to_stride);
    }
    void transposed(const double* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, double* to,
                    std::ptrdiff_t to_stride) const {
        transposed_f64(from, from_stride, rows, columns, to, to_stride);
    }
};

}  // namespace mlmath
