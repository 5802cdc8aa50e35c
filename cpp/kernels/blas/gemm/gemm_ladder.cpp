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
void add_row(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, std::ptrdiff_t i, std::ptrdiff_t from,
             std::ptrdiff_t to, std::ptrdiff_t first, std::ptrdiff_t last) {
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

// Constraint: a block of B is read once per row of C and should be found in the second-level cache each time; the piece of C's
//   row is read and written once per step of k and should stay in the first. Short rows make short loops.
// Arithmetic: 128 x 512 doubles are 512 KiB; 512 doubles of C are 4 KiB.
// Decision: 128 steps of k, 512 columns, for both types.
constexpr std::ptrdiff_t block_depth = 128, block_columns = 512;

// Steps of k taken at once by the packed rung.
constexpr std::ptrdiff_t steps = 4;

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

// Constraint: a cache line holds 8 doubles and arrives as a whole. The textbook's inner loop walks down a column of B and uses
//   one of the 8. Decision: p before j: the inner loop walks along rows of B and C, uses every element of every line, and is a loop
//   over independent sums, which a compiler vectorizes. Each sum still runs through p in order.
template <class T>
void gemm_loop_order(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    parallel(1, [&](Team& team) {
        clear(c);
        each_row(team, c.rows, [&](std::ptrdiff_t i) { add_row(a, b, c, i, 0, c.columns, 0, a.columns); });
    });
}

// Rung 2 reads all of B for every row of C. On a block of B that fits the cache, memory is asked once per block instead of once per
// row.
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

// Rung 3 loads a sum, adds one product, stores it: three memory operations per multiplication, and its rows of B lie far apart, a
// new page each. The block is copied once into a dense one and read m times; four steps of k are taken while a sum is in a
// register.
template <class T>
void gemm_packed(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    Workspace workspace((block_depth + 1) * block_columns * sizeof(T));
    T* const packed = workspace.take<T>(block_depth * block_columns);
    T* const sums = workspace.take<T>(block_columns);
    parallel(1, [&](Team& team) {
        clear(c);
        for (std::ptrdiff_t p = 0; p < a.columns; p += block_depth)
            for (std::ptrdiff_t j = 0; j < c.columns; j += block_columns) {
                const std::ptrdiff_t depth = std::min(block_depth, a.columns - p), wide = std::min(block_columns, c.columns - j);
                for (std::ptrdiff_t q = 0; q < depth; ++q)
                    for (std::ptrdiff_t l = 0; l < wide; ++l)
                        packed[q * wide + l] = b.data[(p + q) * b.row_stride + (j + l) * b.column_stride];
                const auto one_row = [&](std::ptrdiff_t i) {
                    const T* row = a.data + i * a.row_stride + p * a.column_stride;
                    T* out = c.data + i * c.row_stride + j * c.column_stride;
                    for (std::ptrdiff_t l = 0; l < wide; ++l) sums[l] = out[l * c.column_stride];
                    std::ptrdiff_t q = 0;
                    for (; q + steps <= depth; q += steps) {
                        const T a0 = row[q * a.column_stride], a1 = row[(q + 1) * a.column_stride];
                        const T a2 = row[(q + 2) * a.column_stride], a3 = row[(q + 3) * a.column_stride];
                        const T *b0 = packed + q * wide, *b1 = b0 + wide, *b2 = b1 + wide, *b3 = b2 + wide;
                        for (std::ptrdiff_t l = 0; l < wide; ++l)  // in the order of p, as before
                            sums[l] = (((sums[l] + a0 * b0[l]) + a1 * b1[l]) + a2 * b2[l]) + a3 * b3[l];
                    }
                    for (; q < depth; ++q)
                        for (std::ptrdiff_t l = 0; l < wide; ++l) sums[l] += row[q * a.column_stride] * packed[q * wide + l];
                    for (std::ptrdiff_t l = 0; l < wide; ++l) out[l * c.column_stride] = sums[l];
                };
                if (!each_row(team, c.rows, one_row)) return;
            }
    });
}

// Rung 4 still loads an element of B for every multiplication. A tile of several rows by several registers of columns keeps its
// sums in registers through a whole chunk of k and uses each element of B once per row, each element of A once per column: the
// production kernel, on the calling thread.
template <class T>
void gemm_micro_kernel(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    gemm<T>(1, a, b, 0, c, 1);
}

#define MLMATH_GEMM_RUNG(rung)                                                                       \
    template void rung(MatrixView<const double>, MatrixView<const double>, MatrixView<double>, int); \
    template void rung(MatrixView<const float>, MatrixView<const float>, MatrixView<float>, int)
MLMATH_GEMM_RUNG(gemm_textbook);
MLMATH_GEMM_RUNG(gemm_loop_order);
MLMATH_GEMM_RUNG(gemm_blocked);
MLMATH_GEMM_RUNG(gemm_packed);
MLMATH_GEMM_RUNG(gemm_micro_kernel);
#undef MLMATH_GEMM_RUNG

}  // namespace mlmath::ladder
