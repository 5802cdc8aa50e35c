// SPDX-License-Identifier: BSD-3-Clause
// A block of a matrix transposed in memory, square by square through registers. Included by kernel units.
#pragma once
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

// The square at `from` of the first `rows` rows and `columns` columns (each at most width), its columns as rows at `to`.
template <class T>
MLMATH_INLINE void transpose_square(const T* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, T* to,
                                    std::ptrdiff_t to_stride) {
    constexpr int W = width<T>;
    vec<T> line[W];
    if (rows == W && columns == W) {
        MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = load(from + l * from_stride);
        transpose<T>(line);
        MLMATH_UNROLL for (int l = 0; l < W; ++l) store(to + l * to_stride, line[l]);
        return;
    }
    MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = l < rows ? load_first(from + l * from_stride, columns) : vec<T>{};
    transpose<T>(line);
    MLMATH_UNROLL for (int l = 0; l < W; ++l) if (l < columns) store_first(to + l * to_stride, line[l], rows);
}

// to[j*to_stride + i] = from[i*from_stride + j] for i < rows, j < columns.
template <class T>
MLMATH_INLINE void transpose_block(const T* from, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, T* to,
                                   std::ptrdiff_t to_stride) {
    constexpr int W = width<T>;
    for (std::ptrdiff_t i = 0; i < rows; i += W)
        for (std::ptrdiff_t j = 0; j < columns; j += W)
            transpose_square(from + i * from_stride + j, from_stride, rows - i < W ? rows - i : W,
                             columns - j < W ? columns - j : W, to + j * to_stride + i, to_stride);
}

}  // namespace mlmath::MLMATH_LEVEL
