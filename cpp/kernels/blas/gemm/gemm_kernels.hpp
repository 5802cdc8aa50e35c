// SPDX-License-Identifier: BSD-3-Clause
// gemm's register tile and packing for other drivers of the family: the active level's table.
#pragma once
#include "core/view.hpp"
#include "kernels/blas/gemm/gemm_blocking.hpp"

namespace mlmath {

template <class T>
const GemmKernels<T>& gemm_kernels();

/// What is done to rows of C when their sums are complete, while they are in a cache: bias[j] belongs to column j.
template <class T>
using GemmTailFunction = void (*)(T* c, std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t row_stride, const T* bias);
template <class T>
struct GemmTail {
    const T* bias;  // null: none
    GemmTailFunction<T> apply;
};

/// C = A B, then the tail (null: none) on every row of C, whose columns are adjacent. The bits are those of gemm, then the tail.
template <class T>
void gemm_with_tail(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, const GemmTail<T>* tail, int threads);

/// Throws std::invalid_argument when the shapes do not fit.
template <class T>
void check_gemm(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c);

/// Whether gemm computes C^T = B^T A^T: because that makes the columns of C adjacent, gives the vectors more than one column to
/// work on, or reads A as it lies. The sums are the same: fma(a, b, s) = fma(b, a, s). A stride that is never stepped along is
/// taken as 1 before.
template <class T>
bool gemm_is_transposed(MatrixView<const T> a, MatrixView<T> c, int lanes) {
    const std::ptrdiff_t m = c.rows, n = c.columns;
    if (m > 1 && n > 1 && c.column_stride != 1 && c.row_stride == 1) return true;
    if (m <= n) return false;
    if (n == 1 || (4 * n <= lanes && m >= 4 * lanes)) return true;
    // Few columns. Constraint: a register with n of its lanes used wastes the others; rows of A of moderate length, taken as
    // columns of A^T, fill them, at the price of transposing squares of A. Decision: up to half a register, or where A lies by
    // columns.
    const bool large = m * n > small_work / a.columns;
    return large && n <= thin_rows_most && (a.row_stride == 1 || (a.column_stride == 1 && 2 * n <= lanes && m >= 4 * lanes));
}

}  // namespace mlmath
