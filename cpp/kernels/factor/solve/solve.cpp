// SPDX-License-Identifier: BSD-3-Clause
// solve: checks, groups side by side, or the factors and two substitutions.
#include "kernels/factor/solve/solve.hpp"

#include <algorithm>
#include <limits>

#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/lu/lu.hpp"
#include "kernels/factor/lu/lu_kernels.hpp"
#include "kernels/factor/solve/solve_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SolveKernels, solve_kernels);

namespace {

template <class T>
int one_system(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> x, int threads) {
    const std::ptrdiff_t n = a.rows, places = row_places<T>(n);
    Workspace workspace(whole_lines(static_cast<std::size_t>(n * places) * sizeof(T)) + static_cast<std::size_t>(n) * sizeof(int));
    const MatrixView<T> factors{workspace.take<T>(static_cast<std::size_t>(n * places)), n, n, places, 1};
    int* pivots = workspace.take<int>(static_cast<std::size_t>(n));
    const int info = !copy_finite(a, factors, threads) ? -1 : lu_in_place(factors, pivots, threads);
    if (info != 0) {
        fill(x, std::numeric_limits<T>::quiet_NaN());
        return info;
    }
    over_rows(n, x.columns, threads,
              [&](std::ptrdiff_t from, std::ptrdiff_t to) { copy(rows_of(b, from, to), rows_of(x, from, to)); });
    swap_rows(x, pivots, n, threads);
    trsm<T>({as_const(factors), true, true}, x, threads);
    trsm<T>({as_const(factors), false, false}, x, threads);
    return 0;
}

}  // namespace

template <class T>
std::ptrdiff_t solve(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x, int* info, int threads) {
    const std::ptrdiff_t n = a.first.rows, k = b.first.columns, count = a.count();
    check_same_size("solve", "rows of a", n, "columns of a", a.first.columns);
    check_same_size("solve", "rows of a", n, "rows of b", b.first.rows);
    check_shape("solve", "x", x.first.rows, x.first.columns, n, k);
    check_same_stack("solve", "a", a, "b", b);
    check_same_stack("solve", "a", a, "x", x);
    const SolveKernel<T>& kernel = active(solve_kernels_by_level).of(T());
    const double order = static_cast<double>(n), flops = order * order * (2 * order / 3 + 2 * static_cast<double>(k));
    if (n == 0) {
        std::fill_n(info, count, 0);
    } else if (n > lu_lanes || k > solve_lanes_columns || count < kernel.lanes / 2) {
        over_matrices(count, flops, threads,
                      [&](std::ptrdiff_t i, int inside) { info[i] = one_system<T>(a.at(i), b.at(i), x.at(i), inside); });
    } else {
        over_lanes<T>(count, kernel.lanes, n * (n + k), flops, threads, [&](const Lanes& lanes, T* tile) {
            const T *from[most_lanes], *right[most_lanes];
            T* to[most_lanes];
            int infos[most_lanes];
            for (int l = 0; l < kernel.lanes; ++l) {
                from[l] = a.at(lanes.index(l)).data;
                right[l] = b.at(lanes.index(l)).data;
                to[l] = x.at(lanes.index(l)).data;
            }
            kernel.group(n, k, from, a.first.row_stride, a.first.column_stride, right, b.first.row_stride, b.first.column_stride,
                         to, x.first.row_stride, x.first.column_stride, tile, infos);
            std::copy_n(infos, lanes.some, info + lanes.first);
        });
    }
    return count - std::count(info, info + count, 0);
}

template std::ptrdiff_t solve(const Stack<const double>&, const Stack<const double>&, const Stack<double>&, int*, int);
template std::ptrdiff_t solve(const Stack<const float>&, const Stack<const float>&, const Stack<float>&, int*, int);

}  // namespace mlmath
