// SPDX-License-Identifier: BSD-3-Clause
// gram's own work on registers: rows times their weights. The products are gemm's tiles (gemm_micro.hpp). Compiled once per level.
#include "kernels/blas/gram/gram_kernels.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// to[p * n + j] = w_p x_pj, dense.
template <class T>
void scale_rows(const GramRows<T>& x, const T* weights, std::ptrdiff_t weight_stride, T* to) {
    constexpr int W = width<T>;
    for (std::ptrdiff_t p = 0; p < x.rows; ++p, to += x.columns) {
        const T weight = weights[p * weight_stride];
        const T* row = x.data + p * x.row_stride;
        std::ptrdiff_t j = 0;
        if (x.column_stride == 1)
            for (; j + W <= x.columns; j += W) store(to + j, broadcast(weight) * load(row + j));
        for (; j < x.columns; ++j) to[j] = weight * row[j * x.column_stride];
    }
}

}  // namespace

extern const GramKernels gram_kernels;
const GramKernels gram_kernels = {scale_rows<float>, scale_rows<double>};

}  // namespace mlmath::MLMATH_LEVEL
