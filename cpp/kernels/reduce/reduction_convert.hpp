// SPDX-License-Identifier: BSD-3-Clause
// Runs of elements converted to the type a kernel computes in, and rows turned into columns: what driver and per-level units agree
// on.
#pragma once
#include <cstddef>

namespace mlmath {

// n numbers at `from` to `to`, by source type (Element's order). Null: the same bytes will do, or never asked for.
// Integers beyond 2^53 round to the nearest double; 64-bit ones keep their bits as i64.
struct ConvertKernels {
    void (*to_f64[12])(const void* from, std::ptrdiff_t n, void* to);
    void (*to_i64[12])(const void* from, std::ptrdiff_t n, void* to);
    void (*f16_to_f32)(const void* from, std::ptrdiff_t n, void* to);
    // to[j*to_stride + i] = from[i*from_stride + j], i < rows, j < columns; strides in elements, elements of 1, 2, 4, 8 bytes.
    void (*transpose[4])(const void* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, void* to,
                         std::ptrdiff_t to_stride);
};

}  // namespace mlmath
