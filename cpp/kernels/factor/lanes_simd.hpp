// SPDX-License-Identifier: BSD-3-Clause
// Small matrices side by side: lane l of every register belongs to matrix l. What the factorizations share of that: bringing a
// group of width<T> matrices into a tile and back. Included by the per-level units.
//
// A tile holds element (i, j) of the whole group in one register, at tile + (i*tile_columns + j)*width. The last group of a batch
// names its last matrix again and again to be full: the same numbers are computed and stored more than once, and no lane holds
// anything else.
#pragma once
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

// Register r of a group's rows: elements [j, j + width) of the rows that start at row[0] .. row[width-1].
// tile + r*step*width <- element j + r of every row, r < count.
template <class T>
MLMATH_INLINE void pack_elements(const T* const* row, std::ptrdiff_t offset, std::ptrdiff_t count, T* tile, std::ptrdiff_t step) {
    constexpr int W = width<T>;
    vec<T> line[W];
    if (count >= W) {
        MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = load(row[l] + offset);
        transpose<T>(line);
        MLMATH_UNROLL for (int r = 0; r < W; ++r) store(tile + r * step * W, line[r]);
        return;
    }
    MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = load_first(row[l] + offset, count);
    transpose<T>(line);
    MLMATH_UNROLL for (int r = 0; r < W - 1; ++r) if (r < count) store(tile + r * step * W, line[r]);
}
template <class T>
MLMATH_INLINE void unpack_elements(const T* tile, std::ptrdiff_t step, T* const* row, std::ptrdiff_t offset, std::ptrdiff_t count) {
    constexpr int W = width<T>;
    vec<T> line[W];
    if (count >= W) {
        MLMATH_UNROLL for (int r = 0; r < W; ++r) line[r] = load(tile + r * step * W);
        transpose<T>(line);
        MLMATH_UNROLL for (int l = 0; l < W; ++l) store(row[l] + offset, line[l]);
        return;
    }
    MLMATH_UNROLL for (int r = 0; r < W; ++r) line[r] = r < count ? load(tile + r * step * W) : vec<T>{};
    transpose<T>(line);
    MLMATH_UNROLL for (int l = 0; l < W; ++l) store_first(row[l] + offset, line[l], count);
}

// tile <- the group of rows x columns matrices at item[0] .. item[width-1], strides in elements; tile_columns >= columns.
template <class T>
MLMATH_INLINE void pack_group(const T* const* item, std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t row_stride,
                              std::ptrdiff_t column_stride, T* tile, std::ptrdiff_t tile_columns) {
    constexpr int W = width<T>;
    if (column_stride == 1 && row_stride == columns && tile_columns == columns) {  // one run of elements
        for (std::ptrdiff_t e = 0; e < rows * columns; e += W) pack_elements<T>(item, e, rows * columns - e, tile + e * W, 1);
    } else if (column_stride == 1) {
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            for (std::ptrdiff_t j = 0; j < columns; j += W)
                pack_elements<T>(item, i * row_stride + j, columns - j, tile + (i * tile_columns + j) * W, 1);
    } else if (row_stride == 1) {
        for (std::ptrdiff_t j = 0; j < columns; ++j)
            for (std::ptrdiff_t i = 0; i < rows; i += W)
                pack_elements<T>(item, j * column_stride + i, rows - i, tile + (i * tile_columns + j) * W, tile_columns);
    } else {
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            for (std::ptrdiff_t j = 0; j < columns; ++j)
                for (int l = 0; l < W; ++l) tile[(i * tile_columns + j) * W + l] = item[l][i * row_stride + j * column_stride];
    }
}
template <class T>
MLMATH_INLINE void unpack_group(const T* tile, std::ptrdiff_t tile_columns, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                std::ptrdiff_t row_stride, std::ptrdiff_t column_stride, T* const* item) {
    constexpr int W = width<T>;
    if (column_stride == 1 && row_stride == columns && tile_columns == columns) {
        for (std::ptrdiff_t e = 0; e < rows * columns; e += W) unpack_elements<T>(tile + e * W, 1, item, e, rows * columns - e);
    } else if (column_stride == 1) {
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            for (std::ptrdiff_t j = 0; j < columns; j += W)
                unpack_elements<T>(tile + (i * tile_columns + j) * W, 1, item, i * row_stride + j, columns - j);
    } else if (row_stride == 1) {
        for (std::ptrdiff_t j = 0; j < columns; ++j)
            for (std::ptrdiff_t i = 0; i < rows; i += W)
                unpack_elements<T>(tile + (i * tile_columns + j) * W, tile_columns, item, j * column_stride + i, rows - i);
    } else {
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            for (std::ptrdiff_t j = 0; j < columns; ++j)
                for (int l = 0; l < W; ++l) item[l][i * row_stride + j * column_stride] = tile[(i * tile_columns + j) * W + l];
    }
}

}  // namespace mlmath::MLMATH_LEVEL
