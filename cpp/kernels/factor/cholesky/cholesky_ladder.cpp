// SPDX-License-Identifier: BSD-3-Clause
// cholesky, the ladder: one idea per rung.
#include "kernels/factor/cholesky/cholesky_ladder.hpp"

#include <algorithm>
#include <cmath>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/syrk/syrk.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/ladder_rows.hpp"

namespace mlmath::ladder {
namespace {

template <class T>
void copy_lower(MatrixView<const T> a, MatrixView<T> l) {
    for (std::ptrdiff_t i = 0; i < a.rows; ++i)
        for (std::ptrdiff_t j = 0; j < a.rows; ++j)
            l.data[i * l.row_stride + j] = j <= i ? a.data[i * a.row_stride + j * a.column_stride] : T(0);
}

// The first `columns` columns of the lower triangle l, in place. What is right of them is left alone. A row's elements wait for
// nothing but the finished column, a dense copy of which is read along the row: a loop that a compiler turns into vectors.
template <class T>
std::ptrdiff_t factor_columns(MatrixView<T> l, std::ptrdiff_t columns, Team& team) {
    Workspace workspace(static_cast<std::size_t>(columns) * sizeof(T));
    T* const finished = workspace.take<T>(static_cast<std::size_t>(columns));
    for (std::ptrdiff_t k = 0; k < columns && !team.poll(); ++k) {
        T* const diagonal = l.data + k * (l.row_stride + 1);
        if (!(*diagonal > 0)) return k + 1;
        *diagonal = std::sqrt(*diagonal);
        for (std::ptrdiff_t i = k + 1; i < l.rows; ++i) {
            T* const row = l.data + i * l.row_stride;
            const T element = row[k] / *diagonal;
            row[k] = element;
            if (i < columns) finished[i] = element;
            for (std::ptrdiff_t j = k + 1; j < std::min(i + 1, columns); ++j) row[j] -= element * finished[j];
        }
    }
    return 0;
}

// By halves: L21 = A21 L11^-T, then A22 - L21 L21^T. Down to 32, where the copy of a
// column and its rows are in the first-level cache; other values were not tried.
template <class T>
std::ptrdiff_t factor_halves(MatrixView<T> l, Team& team) {
    const std::ptrdiff_t n = l.rows, half = n / 2;
    if (n <= 32) return factor_columns(l, n, team);
    const MatrixView<T> corner = part_of(l, 0, half, 0, half), below = part_of(l, half, n, 0, half),
                        rest = part_of(l, half, n, half, n);
    if (const std::ptrdiff_t info = factor_halves(corner, team); info != 0) return info;
    trsm<T>({as_const(corner), true, false}, transposed(below), 1);
    syrk<T>(-1, as_const(below), 1, rest, true, 1);
    const std::ptrdiff_t info = factor_halves(rest, team);
    return info == 0 ? 0 : half + info;
}

}  // namespace

template <class T>
std::ptrdiff_t cholesky_outer_product(MatrixView<const T> a, MatrixView<T> l) {
    std::ptrdiff_t info = 0;
    copy_lower(a, l);
    parallel(1, [&](Team& team) { info = factor_columns(l, l.rows, team); });
    return info;
}

// The outer products pass over the matrix n times, from memory when it is large. Here they stop at the block's edge, and the rest
// is passed over n / 32 times: row i minus, for each of the 32 columns, its element in row i times the column (of which a copy lies
// by rows).
template <class T>
std::ptrdiff_t cholesky_blocked(MatrixView<const T> a, MatrixView<T> l) {
    const std::ptrdiff_t n = l.rows;
    std::ptrdiff_t info = 0;
    copy_lower(a, l);
    Workspace workspace(static_cast<std::size_t>(block_columns * n) * sizeof(T));
    T* const turned = workspace.take<T>(static_cast<std::size_t>(block_columns * n));
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t k = 0; k < n; k += block_columns) {
            const std::ptrdiff_t right = std::min(n, k + block_columns);
            info = factor_columns(part_of(l, k, n, k, n), right - k, team);
            if (info != 0) {
                info += k;
                return;
            }
            for (std::ptrdiff_t i = right; i < n; ++i)
                for (std::ptrdiff_t p = k; p < right; ++p) turned[(p - k) * n + i] = l.data[i * l.row_stride + p];
            for (std::ptrdiff_t i = right; i < n && !team.poll(); ++i) {
                T* const row = l.data + i * l.row_stride;
                subtract_rows(row + right, i + 1 - right, row + k, right - k, turned + right, n);
            }
        }
    });
    return info;
}

template <class T>
std::ptrdiff_t cholesky_recursive(MatrixView<const T> a, MatrixView<T> l) {
    std::ptrdiff_t info = 0;
    copy_lower(a, l);
    parallel(1, [&](Team& team) { info = factor_halves(l, team); });
    return info;
}

#define MLMATH_CHOLESKY_RUNG(rung)                                              \
    template std::ptrdiff_t rung(MatrixView<const double>, MatrixView<double>); \
    template std::ptrdiff_t rung(MatrixView<const float>, MatrixView<float>)
MLMATH_CHOLESKY_RUNG(cholesky_outer_product);
MLMATH_CHOLESKY_RUNG(cholesky_blocked);
MLMATH_CHOLESKY_RUNG(cholesky_recursive);
#undef MLMATH_CHOLESKY_RUNG

}  // namespace mlmath::ladder
