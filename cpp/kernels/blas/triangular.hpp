// SPDX-License-Identifier: BSD-3-Clause
// What the kernels on triangular matrices share: the operand, its reduction to a lower triangle on the left, columns among
// threads.
#pragma once
#include <algorithm>

#include "core/thread_pool.hpp"
#include "core/view.hpp"
#include "kernels/blas/copy/copy.hpp"

namespace mlmath {

/// The lower or upper triangle of a square matrix; the other half is not read. unit: the diagonal is taken as ones and not read.
/// A transposed matrix is the transposed view with `lower` negated; a matrix on the right of B is its transpose on the left of
/// B's.
template <class T>
struct Triangular {
    MatrixView<const T> a;
    bool lower;
    bool unit;
};

/// One block for the kernels: a lower triangle (n x n), and X (n x m), whose columns are adjacent.
template <class T>
struct TriangularBlock {
    std::ptrdiff_t n, m;
    const T* l;
    std::ptrdiff_t l_row, l_column;
    bool unit;
    T* x;
    std::ptrdiff_t x_row;
};

/// The same problem with a lower triangle: an upper one is a lower one when rows and columns run backwards.
template <class T>
void make_lower(Triangular<T>& t, MatrixView<T>& b) {
    if (t.lower || t.a.rows == 0) return;
    t.a = transposed(reversed_rows(transposed(reversed_rows(t.a))));
    t.lower = true;
    b = reversed_rows(b);
}

/// Order of the blocks below which a triangle is not divided. Constraint: what is divided becomes matrix products, at their speed;
/// a block of its own runs at half of that, and stays with its rows of X in the first-level cache. Arithmetic: of n = 1024, blocks
/// of 64 are a sixteenth of the work; 64 x 64 doubles are 32 KiB. Decision: 64. Half of more than 64 is at least 32, so that no
/// product has a single row whatever the columns are cut into (a 1 x 1 product is a dot product, summed in another order).
constexpr std::ptrdiff_t triangular_block = 64;

/// step(lower triangle, its rows of b, threads) for pieces of the columns of b, on several threads if that is enough for all.
template <class T, class Step>
void columns_among_threads(const Triangular<T>& t, MatrixView<T> b, int threads, Step&& step) {
    // Constraint: a thread's columns should fill the tiles of the products. Decision: at least 48 each; else the products are
    // divided.
    const std::ptrdiff_t pieces = std::min<std::ptrdiff_t>(threads, b.columns / 48);
    const double work = static_cast<double>(b.rows) * static_cast<double>(b.rows) * static_cast<double>(b.columns) / 2;
    if (pieces < 2 || work < 1 << 18) return step(t, b, pieces < 2 && work >= 1 << 18 ? threads : 1);
    parallel_for(pieces, threads, [&](std::ptrdiff_t p) {
        step(t, part_of(b, 0, b.rows, b.columns * p / pieces, b.columns * (p + 1) / pieces), 1);
    });
}

/// kernel(block) on X = b, by way of a dense copy where the columns of b are not adjacent.
template <class T, class Kernel>
void on_adjacent_columns(const Triangular<T>& t, MatrixView<T> b, Kernel&& kernel) {
    TriangularBlock<T> block{b.rows, b.columns, t.a.data, t.a.row_stride, t.a.column_stride, t.unit, b.data, b.row_stride};
    if (b.column_stride == 1 || b.columns == 1) return kernel(block);
    // Constraint: the copy and its block of the triangle share the first-level cache. Decision: 48 columns, whole tiles of the
    // kernels.
    constexpr std::ptrdiff_t at_once = 48;
    alignas(64) T dense[triangular_block * at_once];
    for (std::ptrdiff_t j = 0; j < b.columns; j += at_once) {
        const MatrixView<T> some = part_of(b, 0, b.rows, j, std::min(b.columns, j + at_once));
        const MatrixView<T> near{dense, some.rows, some.columns, at_once, 1};
        copy<T>(as_const(some), near);
        block.m = some.columns;
        block.x = dense;
        block.x_row = at_once;
        kernel(block);
        copy<T>(as_const(near), some);
    }
}

}  // namespace mlmath
