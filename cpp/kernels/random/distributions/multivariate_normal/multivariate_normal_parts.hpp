// SPDX-License-Identifier: BSD-3-Clause
// multivariate_normal: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: one packed factor must serve every level, because it is kept between calls.
// Arithmetic: three registers of 64 bytes are six of 32 and twelve of 16; the micro-kernels take three registers at a time.
// Decision: panels of 192 bytes of columns.
template <class T>
constexpr std::ptrdiff_t normal_panel_columns = 192 / static_cast<std::ptrdiff_t>(sizeof(T));

// Rows of the micro-kernels are at most this many, on every level: tiles of whole multiples have no short groups inside.
constexpr std::ptrdiff_t normal_row_group = 8;

/// A matrix A of order d, by which rows of independent normals are multiplied.
template <class T>
struct NormalFactor {
    std::ptrdiff_t order;
    bool triangular;  // a[i][k] = 0 for k > i: those products are left out
    const T*
        panels;  // element a[i][k] at panels[((i / P) * order + k) * P + i % P], P = normal_panel_columns<T>; zeros beyond order
};

// x[r][i] = mean[i] + sum over k of a[i][k] z[r][k], r < rows, k ascending, one chain of fma from 0.
template <class T>
struct NormalRows {
    void (*product)(const NormalFactor<T>& factor, const T* mean, const T* z, std::ptrdiff_t rows, T* x);
};
struct MultivariateNormalKernels {
    NormalRows<double> f64;
    NormalRows<float> f32;
};

}  // namespace mlmath
