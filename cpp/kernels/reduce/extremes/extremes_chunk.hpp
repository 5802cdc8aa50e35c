// SPDX-License-Identifier: BSD-3-Clause
// extremes: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// `rows` runs of n <= reduction_chunk elements. values: one per run, double for floating types, int64 or uint64 for integers;
// index: where in the run it first occurs (null: not wanted). An empty run gives the value that loses to every other.
using ExtremeRows = void (*)(const void* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, void* values,
                             std::int64_t* index);

// The same of neighbouring columns (columns <= extremes_column_block), row r at x + offsets[r] elements.
using ExtremeColumns = void (*)(const void* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                void* values, std::int64_t* index);

// Constraint: the extremes met so far stay in registers or near them. Arithmetic: 64 doubles are 8 registers of 64 bytes.
constexpr int extremes_column_block = 64;

struct ExtremeKernel {
    ExtremeRows rows;
    ExtremeColumns columns;
};

// [0]: the smallest, [1]: the largest.
struct ExtremesKernels {
    ExtremeKernel by_type[2][12];  // Element's order; no f16. A NaN wins.
    ExtremeKernel numbers[2][2];   // f32, f64: NaNs lose to every number; NaN where there is none
    ExtremeKernel absolute[2][2];  // f32, f64: of |x|; a NaN wins
};

}  // namespace mlmath
