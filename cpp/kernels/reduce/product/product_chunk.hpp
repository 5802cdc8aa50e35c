// SPDX-License-Identifier: BSD-3-Clause
// product: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// mantissa * 2^exponent; |mantissa| in [1, 2), or 0, infinite, NaN.
struct ScaledProduct {
    double mantissa;
    std::int64_t exponent;
};

// `rows` runs of n <= reduction_chunk elements, row_stride elements apart.
struct ProductKernels {
    void (*rows_f64)(const double* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, ScaledProduct* products);
    void (*numbers_f64)(const double* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, ScaledProduct* products);
    void (*rows_i64)(const std::uint64_t* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n,
                     std::uint64_t* products);
};

}  // namespace mlmath
