// SPDX-License-Identifier: BSD-3-Clause
// copy: transposing blocks that stay in the first-level cache. Compiled once per level.
#include "kernels/blas/copy/copy_kernels.hpp"
#include "simd/block_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: a column of the target is written in pieces; each piece's cache lines, and their pages, should be complete before
// they are left. Arithmetic: 64 x 64 doubles are 32 KiB on either side, 64 pages of the target. Decision: blocks of 64 x 64.
constexpr std::ptrdiff_t block = 64;

template <class T>
void transposed(const T* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, T* to,
                std::ptrdiff_t to_stride) {
    for (std::ptrdiff_t i = 0; i < rows; i += block)
        for (std::ptrdiff_t j = 0; j < columns; j += block)
            transpose_block(from + i * from_stride + j, from_stride, rows - i < block ? rows - i : block,
                            columns - j < block ? columns - j : block, to + j * to_stride + i, to_stride);
}

}  // namespace

extern const CopyKernels copy_kernels;
const CopyKernels copy_kernels = {transposed<float>, transposed<double>};

}  // namespace mlmath::MLMATH_LEVEL
