// SPDX-License-Identifier: BSD-3-Clause
// gemm: what the driver and the per-level units agree on: the order of the sum, blocks in memory, the table of kernels.
#pragma once
#include <cstddef>

namespace mlmath {

// Elements of k summed in registers before C is touched.
// Constraint: this is part of the result's definition (see Order in gemm.hpp), so it is one number for all levels and machines.
//   Long chunks save updates of C, short ones keep the A panel (register-tile rows x chunk) in the first-level cache beside the B
//   panel that streams through it.
// Arithmetic: updating C costs one load and one store per accumulator and chunk, 1/chunk of the FMAs. 8 rows x 384 doubles are 24
//   KiB, half of a 48 KiB cache; on AVX2 6 x 384 doubles are 18 KiB of 32. Floats take half.
// Decision: 384 doubles (C costs below 1 %); 512 floats (16 KiB), where a longer chunk would only grow the error bound.
template <class T>
inline constexpr std::ptrdiff_t gemm_k_chunk = 384;
template <>
inline constexpr std::ptrdiff_t gemm_k_chunk<float> = 512;

// One block: C (m x n) = alpha A B + beta C over at most one chunk of k. Plain and packed operands differ in strides only:
//   A (i, p) = a[(i / tile_rows) * a_panel + (i % tile_rows) * a_row + p * a_column]
//   B (p, j) = b[(j / tile_columns) * b_panel + p * b_row + j % tile_columns]       (columns adjacent inside a panel)
//   C (i, j) = c[i * c_row + j]
template <class T>
struct GemmBlock {
    std::ptrdiff_t m, n, k;
    const T* a;
    std::ptrdiff_t a_panel, a_row, a_column;
    const T* b;
    std::ptrdiff_t b_panel, b_row;
    T* c;
    std::ptrdiff_t c_row;
    T alpha, beta;
    std::ptrdiff_t fetched = 0;  // rows of A from the first on, in this block and those below, that are asked for ahead; 0: none
};

// At most thin_rows rows of A times B, whose columns (b_row = 1) or rows (b_column = 1) lie ready; any strides in A and C.
template <class T>
struct GemmThin {
    std::ptrdiff_t m, n, k;
    const T* a;
    std::ptrdiff_t a_row, a_column;
    const T* b;
    std::ptrdiff_t b_row, b_column;
    T* c;
    std::ptrdiff_t c_row, c_column;
    T alpha, beta;
};
constexpr std::ptrdiff_t thin_rows_most = 8;

// Sums of the chunks of k, one after the other, each m rows of whole registers.
template <class T>
struct GemmThinSums {
    std::ptrdiff_t m, n, chunks;
    const T* sums;
    std::ptrdiff_t sums_row, sums_chunk;
    T* c;
    std::ptrdiff_t c_row, c_column;
    T alpha, beta;
};

// A block with m = n of which c(i, j), i <= j, are wanted: of the others, those in tiles on the diagonal are written too. From the
// returned row r on, c(i, j) with j <= i is computed instead, and c(i, r...) above is not: few last columns cost less as rows.
template <class T>
struct GemmTriangle {
    GemmBlock<T> block;
    bool same;  // A is B's transpose, number by number: read from B's panels where strips do not cross them
    // Rows that will be packed next: fetched ahead between the tiles.
    const T* next;
    std::ptrdiff_t next_rows, next_stride, next_elements;
};

// Many products of one shape: item t has its operands t * (a_item, b_item, c_item) elements further on. B is given as it lies, with
// any stride between its columns, and small: at most small_pack_bytes in panels.
template <class T>
struct GemmItems {
    GemmBlock<T> block;  // the first one
    std::ptrdiff_t b_column;
    std::ptrdiff_t count, a_item, b_item, c_item;
    bool past_caches;  // results side by side (c_item = m n, c_row = n), beta = 0, not wanted in a cache
};

// Constraint: below some size a plan, a region and a workspace cost more than they bring. Decision: up to 2^15 multiply-adds (n =
// 32, under 1 us) one block on the calling thread; B is packed on the stack when its columns are not adjacent.
constexpr std::ptrdiff_t small_work = 1 << 15;
constexpr std::size_t small_pack_bytes = 24 << 10;
template <class T>
constexpr std::ptrdiff_t small_pack_elements = small_pack_bytes / sizeof(T);
// Rows of B that are held in registers for one item: beside a sum and a broadcast they leave half of 16 registers free.
constexpr int small_depth = 8;

// Each level provides one table per type; gemm.cpp picks the active level's.
template <class T>
struct GemmKernels {
    int tile_rows, tile_columns, lanes;  // register tile, elements of a register
    void (*block)(const GemmBlock<T>& block);
    // Half of a symmetric C; see GemmTriangle. Returns the first of its last rows, of which the left half is computed instead.
    std::ptrdiff_t (*triangle)(const GemmTriangle<T>& triangle);
    bool strips_in_panels;  // whether triangle() with same = true reads A from B's panels
    // Few rows: of all k where B's columns lie ready; of one chunk where its rows do; and what becomes of the chunks' sums.
    void (*thin_columns)(const GemmThin<T>& thin);
    void (*thin_rows)(const GemmThin<T>& thin);
    void (*thin_total)(const GemmThinSums<T>& sums);
    void (*items)(const GemmItems<T>& items);
    // B (k x n) into panels of tile_columns columns; A into panels of tile_rows rows, given as its transpose (k x m): row is the
    // stride along k, column the one along n or m.
    void (*pack_b)(const T* b, std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t k, std::ptrdiff_t n, T* packed);
    void (*pack_a)(const T* a, std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t k, std::ptrdiff_t m, T* packed);
};

}  // namespace mlmath
