// SPDX-License-Identifier: BSD-3-Clause
// lu, the ladder: one idea per rung.
#include "kernels/factor/lu/lu_ladder.hpp"

#include <algorithm>

#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/ladder_rows.hpp"
#include "kernels/factor/lu/lu.hpp"

namespace mlmath::ladder {
namespace {

// Halves of the columns [Toledo1997]: the left one, all rows; its exchanges, a triangular solve and one product bring the right one
// up to date; then the right one. A panel of 8 columns goes by the definition: 8 / n of the work; other values were not tried.
template <class T>
std::ptrdiff_t factor_halves(MatrixView<T> a, int* pivots) {
    const std::ptrdiff_t m = a.rows, n = a.columns, half = n / 2, done = std::min(m, half), order = std::min(m, n);
    if (n <= 8) return mlmath::lu_textbook(a, pivots);
    const MatrixView<T> left = part_of(a, 0, m, 0, half), right = part_of(a, 0, m, half, n);
    const std::ptrdiff_t left_info = factor_halves(left, pivots);
    swap_rows(right, pivots, done, 1);
    trsm<T>({as_const(part_of(left, 0, done, 0, done)), true, true}, rows_of(right, 0, done), 1);
    if (done == m) return left_info;
    const MatrixView<T> rest = rows_of(right, done, m);
    gemm<T>(-1, as_const(rows_of(left, done, m)), as_const(rows_of(right, 0, done)), 1, rest, 1);
    const std::ptrdiff_t info = factor_halves(rest, pivots + done);
    swap_rows(rows_of(left, done, m), pivots + done, order - done, 1);
    for (std::ptrdiff_t k = done; k < order; ++k) pivots[k] += static_cast<int>(done);
    return left_info != 0 || info == 0 ? left_info : done + info;
}

}  // namespace

// The definition passes over what is left of the matrix once for every column, from memory when it is large. A column only has to
// reach the next pivots, which stand in the same block: the rest waits for the whole block and is passed over n / 32 times.
template <class T>
std::ptrdiff_t lu_blocked(MatrixView<T> a, int* pivots) {
    const std::ptrdiff_t m = a.rows, n = a.columns, order = std::min(m, n);
    std::ptrdiff_t info = 0;
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t k = 0; k < order && !team.poll(); k += block_columns) {
            const std::ptrdiff_t right = std::min(order, k + block_columns);
            const std::ptrdiff_t own = mlmath::lu_textbook(part_of(a, k, m, k, right), pivots + k);
            if (info == 0 && own != 0) info = k + own;
            const auto row = [&](std::ptrdiff_t i) { return a.data + i * a.row_stride; };
            for (std::ptrdiff_t i = k; i < right; ++i) {
                pivots[i] += static_cast<int>(k);
                if (pivots[i] == i) continue;
                std::swap_ranges(row(i), row(i) + k, row(pivots[i]));
                std::swap_ranges(row(i) + right, row(i) + n, row(pivots[i]) + right);
            }
            // Rows of U, each from those above it in the block; then all rows below.
            for (std::ptrdiff_t i = k; i < m && !team.poll(); ++i)
                subtract_rows(row(i) + right, n - right, row(i) + k, std::min(i, right) - k, row(k) + right, a.row_stride);
        }
    });
    return info;
}

template <class T>
std::ptrdiff_t lu_recursive(MatrixView<T> a, int* pivots) {
    std::ptrdiff_t info = 0;
    parallel(1, [&](Team&) { info = factor_halves(a, pivots); });
    return info;
}

template std::ptrdiff_t lu_blocked(MatrixView<double>, int*);
template std::ptrdiff_t lu_blocked(MatrixView<float>, int*);
template std::ptrdiff_t lu_recursive(MatrixView<double>, int*);
template std::ptrdiff_t lu_recursive(MatrixView<float>, int*);

}  // namespace mlmath::ladder
