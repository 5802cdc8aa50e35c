// SPDX-License-Identifier: BSD-3-Clause
// gemm, the ladder: one idea per rung.
#include "kernels/blas/gemm/gemm_ladder.hpp"

#include <algorithm>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_textbook.hpp"

namespace mlmath::ladder {
namespace {

// Row i of C += row i of A times B, for columns from .. to of C and steps first .. last of k.
template <class T>
void add_row(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, std::ptrdiff_t i, std::ptrdiff_t from, std::ptrdiff_t to,
             std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t p = first; p < last; ++p) {
        const T element = a.data[i * a.row_stride + p * a.column_stride];
        const T* row = b.data + p * b.row_stride;
        T* sums = c.data + i * c.row_stride;
        if (b.column_stride == 1 && c.column_stride == 1)  // the loop a compiler turns into vectors
            for (std::ptrdiff_t j = from; j < to; ++j) sums[j] += element * row[j];
        else
            for (std::ptrdiff_t j = from; j < to; ++j) sums[j * c.column_stride] += element * row[j * b.column_stride];
    }
}

template <class T>
void clear(MatrixView<T> c) {
    for (std::ptrdiff_t i = 0; i < c.rows; ++i)
        for (std::ptrdiff_t j = 0; j < c.columns; ++j) c.data[i * c.row_stride + j * c.column_stride] = 0;
}

// A slow rung on a large matrix must still answer Ctrl-C: body(i) for every row, looking up after each. False: asked to stop.
template <class Body>
bool each_row(Team& team, std::ptrdiff_t rows, Body&& body) {
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        if (team.poll()) return false;
        body(i);
    }
    return true;
}

// Constraint: a block of B is read once per row of C and should be found in the second-level cache each time; the piece of C's row is
//   read and written once per step of k and should stay in the first.
// Arithmetic: 256 x 128 doubles are 256 KiB; 128 doubles of C are 1 KiB.
// Decision: 256 steps of k, 128 columns, for both types.
constexpr std::ptrdiff_t block_depth = 256, block_columns = 128;

// Columns of a packed panel, whose sums are the loop's local variables. Constraint: the x86-64 baseline has 16 registers of 2 doubles or
// 4 floats. Decision: 16 sums: 8 registers of doubles, 4 of floats.
constexpr int panel = 16;

}  // namespace

template <class T>
void gemm_textbook(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    parallel(1, [&](Team& team) {  // row by row, so that it can be interrupted
        each_row(team, c.rows, [&](std::ptrdiff_t i) {
            textbook::gemm<T>(1, {a.data + i * a.row_stride, 1, a.columns, a.row_stride, a.column_stride}, b, 0,
                              {c.data + i * c.row_stride, 1, c.columns, c.row_stride, c.column_stride});
        });
    });
}

// Constraint: a cache line holds 8 doubles and arrives as a whole. The textbook's inner loop walks down a column of B and uses one of
//   the 8. Decision: p before j: the inner loop walks along rows of B and C, uses every element of every line, and is a loop
//   over independent sums, which a compiler vectorizes. Each sum still runs through p in order.
template <class T>
void gemm_loop_order(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    parallel(1, [&](Team& team) {
        clear(c);
        each_row(team, c.rows, [&](std::ptrdiff_t i) { add_row(a, b, c, i, 0, c.columns, 0, a.columns); });
    });
}

// Rung 2 reads all of B for every row of C. On a block of B that fits the cache, memory is asked once per block instead of once per row.
template <class T>
void gemm_blocked(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    parallel(1, [&](Team& team) {
        clear(c);
        for (std::ptrdiff_t p = 0; p < a.columns; p += block_depth)
            for (std::ptrdiff_t j = 0; j < c.columns; j += block_columns) {
                const std::ptrdiff_t last = std::min(p + block_depth, a.columns), to = std::min(j + block_columns, c.columns);
                if (!each_row(team, c.rows, [&](std::ptrdiff_t i) { add_row(a, b, c, i, j, to, p, last); })) return;
            }
    });
}

// Rung 3 still loads and stores C for every multiplication. A few columns at a time fit into registers for a whole block of k; but then
// B is read down a narrow strip, a new page every few rows: so the block is copied once into dense strips, read m times.
template <class T>
void gemm_packed(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    Workspace workspace(block_depth * block_columns * sizeof(T));
    T* const packed = workspace.take<T>(block_depth * block_columns);
    parallel(1, [&](Team& team) {
        clear(c);
        for (std::ptrdiff_t p = 0; p < a.columns; p += block_depth)
            for (std::ptrdiff_t j = 0; j < c.columns; j += block_columns) {
                const std::ptrdiff_t depth = std::min(block_depth, a.columns - p), wide = std::min(block_columns, c.columns - j);
                for (std::ptrdiff_t s = 0; s < wide; s += panel)  // missing columns repeat the last one; they are not stored
                    for (std::ptrdiff_t q = 0; q < depth; ++q)
                        for (int l = 0; l < panel; ++l)
                            packed[s * depth + q * panel + l] =
                                b.data[(p + q) * b.row_stride + (j + std::min(s + l, wide - 1)) * b.column_stride];
                if (!each_row(team, c.rows, [&](std::ptrdiff_t i) {
                        const T* row = a.data + i * a.row_stride + p * a.column_stride;
                        for (std::ptrdiff_t s = 0; s < wide; s += panel) {
                            const T* strip = packed + s * depth;
                            T sum[panel] = {};
                            for (std::ptrdiff_t q = 0; q < depth; ++q)
                                for (int l = 0; l < panel; ++l) sum[l] += row[q * a.column_stride] * strip[q * panel + l];
                            T* out = c.data + i * c.row_stride + (j + s) * c.column_stride;
                            for (std::ptrdiff_t l = 0; l < std::min<std::ptrdiff_t>(panel, wide - s); ++l) out[l * c.column_stride] += sum[l];
                        }
                    }))
                    return;
            }
    });
}

// Rung 4 loads one element of A and 16 of B for 16 multiplications. A tile of several rows uses every element of B it loads once per row:
// the production kernel, on the calling thread.
template <class T>
void gemm_micro_kernel(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    gemm<T>(1, a, b, 0, c, 1);
}

#define MLMATH_GEMM_RUNG(rung)                                                              \
    template void rung(MatrixView<const double>, MatrixView<const double>, MatrixView<double>, int); \
    template void rung(MatrixView<const float>, MatrixView<const float>, MatrixView<float>, int)
MLMATH_GEMM_RUNG(gemm_textbook);
MLMATH_GEMM_RUNG(gemm_loop_order);
MLMATH_GEMM_RUNG(gemm_blocked);
MLMATH_GEMM_RUNG(gemm_packed);
MLMATH_GEMM_RUNG(gemm_micro_kernel);
#undef MLMATH_GEMM_RUNG

}  // namespace mlmath::ladder
