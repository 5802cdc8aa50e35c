// SPDX-License-Identifier: BSD-3-Clause
// A tile of rows with one row per lane: what kernels that compare every row with many points compute in. For kernel units.
//
// Constraint: a sum over the columns of each row should need no folding of lanes, and a row's result must not depend on its
//   neighbours or on the register's width.
// Arithmetic: an FMA takes 4 cycles, two start per cycle: 8 independent chains. Two registers of rows times four points are 8.
// Decision: two registers of rows; columns in pieces of at most 128, so that a tile of either type takes 16 KiB, half of an L1.
#pragma once
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class A>
constexpr int tile_rows = 2 * width<A>;
constexpr std::ptrdiff_t tile_columns = 128;

namespace row_tile_detail {

// The first n elements at p in lanes of type A.
template <class A, class T>
MLMATH_INLINE vec<A> load_lanes(const T* p, std::ptrdiff_t n) {
    if constexpr (sizeof(A) == sizeof(T))
        return n == width<A> ? load(p) : load_first(p, n);
    else
        return n == width<A> ? load_as_f64(p) : load_first_as_f64(p, n);
}

}  // namespace row_tile_detail

// tile[j * tile_rows + i] = f(x[i * row_stride + j]) for the columns j < columns <= tile_columns and the rows i < rows <=
// tile_rows; rows behind hold f(0). `f(values, j)` is given a register of columns from j on, those behind the last column of any
// value.
template <class A, class T, class F>
MLMATH_INLINE void fill_row_tile(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, A* tile, F f) {
    constexpr int W = width<A>;
    for (int half = 0; half < 2; ++half) {
        const std::ptrdiff_t left = rows - half * W;
        const T* from = x + half * W * row_stride;
        for (std::ptrdiff_t j = 0; j < columns; j += W) {
            const std::ptrdiff_t count = columns - j < W ? columns - j : W;
            vec<A> line[W];
            if (left >= W) {
                MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] =
                    row_tile_detail::load_lanes<A>(from + l * row_stride + j, count);
            } else {
                for (int l = 0; l < W; ++l)
                    line[l] = l < left ? row_tile_detail::load_lanes<A>(from + l * row_stride + j, count) : vec<A>{};
            }
            MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = f(line[l], j);
            transpose<A>(line);
            A* to = tile + j * tile_rows<A> + half * W;
            if (count == W) {
                MLMATH_UNROLL for (int l = 0; l < W; ++l) store(to + l * tile_rows<A>, line[l]);
            } else {
                MLMATH_UNROLL for (int l = 0; l < W; ++l) if (l < count) store(to + l * tile_rows<A>, line[l]);
            }
        }
    }
}

}  // namespace mlmath::MLMATH_LEVEL
