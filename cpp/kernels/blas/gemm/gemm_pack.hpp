// SPDX-License-Identifier: BSD-3-Clause
// gemm's packing: any layout of A and B into the panels the register tile reads. Included by the per-level units.
#pragma once
#include "kernels/blas/gemm/gemm_micro.hpp"

namespace mlmath::MLMATH_LEVEL {

// a0 b0 a1 b1 ... of the lower halves, and of the upper halves.
template <class T> MLMATH_INLINE void interleave(vec<T> a, vec<T> b, vec<T>& low, vec<T>& high) {
    if constexpr (width<T> == 2) {
        low = __builtin_shufflevector(a, b, 0, 2);
        high = __builtin_shufflevector(a, b, 1, 3);
    } else if constexpr (width<T> == 4) {
        low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
        high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    } else if constexpr (width<T> == 8) {
        low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
        high = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    } else {
        low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
}

// A width x width square, transposed: interleaving line l with line l + width/2 rotates the bits of (line, lane) by one place, and
// after log2(width) rounds line and lane have changed places.
template <class T> MLMATH_INLINE void transpose_square(vec<T> (&line)[width<T>]) {
    constexpr int W = width<T>;
    MLMATH_UNROLL for (int round = 1; round < W; round *= 2) {
        vec<T> next[W];
        MLMATH_UNROLL for (int l = 0; l < W / 2; ++l) interleave<T>(line[l], line[l + W / 2], next[2 * l], next[2 * l + 1]);
        MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = next[l];
    }
}

// packed[p * stride + j] = source[p * row + j * column] for k x n; n is at most one panel.
template <class T>
void pack_panel(const T* source, std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t k, std::ptrdiff_t n, T* packed,
                std::ptrdiff_t stride) {
    constexpr int W = width<T>;
    std::ptrdiff_t j = 0;
    if (column == 1) {  // rows lie ready
        for (std::ptrdiff_t p = 0; p < k; ++p) {
            const T* from = source + p * row;
            T* to = packed + p * stride;
            for (j = 0; j + W <= n; j += W) store(to + j, load(from + j));
            if (j < n) store_first(to + j, load_first(from + j, n - j), n - j);
        }
        return;
    }
    if (row == 1) {  // columns lie ready: square by square through registers
        for (; j + W <= n; j += W) {
            std::ptrdiff_t p = 0;
            for (; p + W <= k; p += W) {
                vec<T> line[W];
                MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = load(source + (j + l) * column + p);
                transpose_square<T>(line);
                MLMATH_UNROLL for (int l = 0; l < W; ++l) store(packed + (p + l) * stride + j, line[l]);
            }
            for (; p < k; ++p)
                for (int l = 0; l < W; ++l) packed[p * stride + j + l] = source[p + (j + l) * column];
        }
    }
    for (; j < n; ++j)
        for (std::ptrdiff_t p = 0; p < k; ++p) packed[p * stride + j] = source[p * row + j * column];
}

template <class T>
void pack_b(const T* b, std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t k, std::ptrdiff_t n, T* packed) {
    for (std::ptrdiff_t j = 0; j < n; j += tile_columns<T>, packed += k * tile_columns<T>)
        pack_panel(b + j * column, row, column, k, n - j < tile_columns<T> ? n - j : tile_columns<T>, packed, tile_columns<T>);
}

template <class T>
void pack_a(const T* a, std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t m, std::ptrdiff_t k, T* packed) {
    for (std::ptrdiff_t i = 0; i < m; i += tile_rows, packed += k * tile_rows)
        pack_panel(a + i * row, column, row, k, m - i < tile_rows ? m - i : tile_rows, packed, tile_rows);
}

}  // namespace mlmath::MLMATH_LEVEL
