// SPDX-License-Identifier: BSD-3-Clause
// Smallest and largest of a chunk. Compiled once per level.
#include "kernels/reduce/minmax/minmax_chunk.hpp"
#include "kernels/reduce/reduction_extremes.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void minmax_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, Extremes<T>* out) {
    for (std::ptrdiff_t r = 0; r < rows; ++r) extremes_of_run(x + r * row_stride, n).numbers(out[r].smallest, out[r].largest);
}

template <class T>
void minmax_columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, Extremes<T>* out) {
    KeyRange<T> range[minmax_column_block];
    extremes_of_columns(x, offsets, rows, columns, range);
    for (std::ptrdiff_t c = 0; c < columns; ++c) range[c].numbers(out[c].smallest, out[c].largest);
}

}  // namespace

extern const MinmaxKernels minmax_kernels;
const MinmaxKernels minmax_kernels = {minmax_rows<double>, minmax_rows<float>, minmax_columns<double>, minmax_columns<float>};

}  // namespace mlmath::MLMATH_LEVEL
