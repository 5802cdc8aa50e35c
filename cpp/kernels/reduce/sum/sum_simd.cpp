// SPDX-License-Identifier: BSD-3-Clause
// sum of a chunk. Compiled once per level.
#include "kernels/reduce/reduction_lanes.hpp"
#include "kernels/reduce/sum/sum_chunk.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void sum_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* sums) {
    const std::ptrdiff_t bytes = n * static_cast<std::ptrdiff_t>(sizeof(T));
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const T* const row = x + r * row_stride;
        double sum[1];
        if (bytes <= short_row_bytes) prefetch_bytes(reinterpret_cast<const char*>(row) + bytes_ahead, bytes);
        reduce_run(row, n, sum, static_cast<const T*>(nullptr),
                   [](vec_f64 terms, vec_f64* s) __attribute__((always_inline)) { s[0] += terms; });
        sums[r] = sum[0];
    }
}

template <class T>
void sum_columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, double* sums) {
    ColumnLanes<1, sum_column_block> block;
    block.reduce(x, offsets, rows, columns,
                 [](vec_f64 terms, vec_f64* s, std::ptrdiff_t) __attribute__((always_inline)) { s[0] += terms; });
    for (std::ptrdiff_t c = 0; c < columns; ++c) sums[c] = block.result(0, c);
}

}  // namespace

extern const SumKernels sum_kernels;
const SumKernels sum_kernels = {sum_rows<double>, sum_rows<float>, sum_columns<double>, sum_columns<float>};

}  // namespace mlmath::MLMATH_LEVEL
