// SPDX-License-Identifier: BSD-3-Clause
// inv: checks, groups side by side, or the factors, the inverse of L by halves, one substitution, the columns put in order.
#include "kernels/factor/inv/inv.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/lu/lu.hpp"
#include "kernels/factor/lu/lu_kernels.hpp"
#include "kernels/factor/solve/solve_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SolveKernels, solve_kernels);

namespace {

// X = L^-1, L unit lower triangular; x holds the identity.
template <class T>
void invert_lower(MatrixView<const T> l, MatrixView<T> x, int threads) {
    const std::ptrdiff_t n = l.rows;
    if (n <= inv_block) return trsm<T>({l, true, true}, x, threads);
    const std::ptrdiff_t half = (n / 2 + inv_block - 1) / inv_block * inv_block;
    const MatrixView<T> corner = part_of(x, 0, half, 0, half), below = part_of(x, half, n, 0, half);
    invert_lower(part_of(l, 0, half, 0, half), corner, threads);
    gemm<T>(-1, part_of(l, half, n, 0, half), as_const(corner), 0, below, threads);
    trsm<T>({part_of(l, half, n, half, n), true, true}, below, threads);
    invert_lower(part_of(l, half, n, half, n), part_of(x, half, n, half, n), threads);
}

// Column source[j] of x comes to column j, row by row.
template <class T>
void permute_columns(MatrixView<T> x, const int* source, int threads) {
    constexpr std::ptrdiff_t rows = 32;
    const std::ptrdiff_t pieces = (x.rows + rows - 1) / rows;
    parallel_for(pieces, x.rows * x.columns < 1 << 16 ? 1 : threads, [&](std::ptrdiff_t p) {
        Workspace workspace(static_cast<std::size_t>(x.columns) * sizeof(T));
        T* kept = workspace.take<T>(static_cast<std::size_t>(x.columns));
        for (std::ptrdiff_t i = p * rows; i < std::min(x.rows, (p + 1) * rows); ++i) {
            T* row = x.data + i * x.row_stride;
            for (std::ptrdiff_t j = 0; j < x.columns; ++j) kept[j] = row[j * x.column_stride];
            for (std::ptrdiff_t j = 0; j < x.columns; ++j) row[j * x.column_stride] = kept[source[j]];
        }
    });
}

template <class T>
int one_matrix(MatrixView<const T> a, MatrixView<T> x, int threads) {
    const std::ptrdiff_t n = a.rows, places = row_places<T>(n);
    Workspace workspace(whole_lines(static_cast<std::size_t>(n * places) * sizeof(T)) +
                        2 * whole_lines(static_cast<std::size_t>(n) * sizeof(int)));
    const MatrixView<T> factors{workspace.take<T>(static_cast<std::size_t>(n * places)), n, n, places, 1};
    int *pivots = workspace.take<int>(static_cast<std::size_t>(n)), *source = workspace.take<int>(static_cast<std::size_t>(n));
    const int info = !copy_finite(a, factors, threads) ? -1 : lu_in_place(factors, pivots, threads);
    if (info != 0) {
        fill(x, std::numeric_limits<T>::quiet_NaN());
        return info;
    }
    over_rows(n, n, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        fill(rows_of(x, from, to), T(0));
        for (std::ptrdiff_t i = from; i < to; ++i) x.data[i * (x.row_stride + x.column_stride)] = 1;
    });
    invert_lower(as_const(factors), x, threads);
    trsm<T>({as_const(factors), false, false}, x, threads);
    // Row k of P I is row p_k: column p_k of the inverse is column k of U^-1 L^-1.
    for (std::ptrdiff_t k = 0; k < n; ++k) source[k] = static_cast<int>(k);
    for (std::ptrdiff_t k = n - 1; k >= 0; --k) std::swap(source[k], source[pivots[k]]);
    permute_columns(x, source, threads);
    return 0;
}

}  // namespace

template <class T>
std::ptrdiff_t inv(const Stack<const T>& a, const Stack<T>& x, int* info, int threads) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_same_size("inv", "rows of a", n, "columns of a", a.first.columns);
    check_shape("inv", "x", x.first.rows, x.first.columns, n, n);
    check_same_stack("inv", "a", a, "x", x);
    const SolveKernel<T>& kernel = active(solve_kernels_by_level).of(T());
    const double order = static_cast<double>(n), flops = 2 * order * order * order;
    if (n == 0) {
        std::fill_n(info, count, 0);
    } else if (n > lu_lanes || count < kernel.lanes / 2) {
        over_matrices(count, flops, threads,
                      [&](std::ptrdiff_t i, int inside) { info[i] = one_matrix<T>(a.at(i), x.at(i), inside); });
    } else {
        over_lanes<T>(count, kernel.lanes, 2 * n * n, flops, threads, [&](const Lanes& lanes, T* tile) {
            const T* from[most_lanes];
            T* to[most_lanes];
            int infos[most_lanes];
            for (int l = 0; l < kernel.lanes; ++l) {
                from[l] = a.at(lanes.index(l)).data;
                to[l] = x.at(lanes.index(l)).data;
            }
            kernel.group(n, n, from, a.first.row_stride, a.first.column_stride, nullptr, 0, 0, to, x.first.row_stride,
                         x.first.column_stride, tile, infos);
            std::copy_n(infos, lanes.some, info + lanes.first);
        });
    }
    return count - std::count(info, info + count, 0);
}

template std::ptrdiff_t inv(const Stack<const double>&, const Stack<double>&, int*, int);
template std::ptrdiff_t inv(const Stack<const float>&, const Stack<float>&, int*, int);

}  // namespace mlmath
