// SPDX-License-Identifier: BSD-3-Clause
// lu: checks, groups side by side, the recursion whose large parts are triangular solves and products.
#include "kernels/factor/lu/lu.hpp"

#include <algorithm>

#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/lu/lu_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LuKernels, lu_kernels);

namespace {

// Constraint: moving rows is memory traffic, and two cores have twice the caches. Decision: strips of 4096 bytes, two at least a thread.
template <class T>
void swap_rows_of(const LuKernel<T>& kernel, MatrixView<T> b, const int* pivots, std::ptrdiff_t count, int threads) {
    const auto strip = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        for (std::ptrdiff_t k = 0; k < count; ++k)
            if (pivots[k] != k) kernel.swap(b.data + k * b.row_stride + from, b.data + pivots[k] * b.row_stride + from, to - from);
    };
    constexpr std::ptrdiff_t wide = 4096 / static_cast<std::ptrdiff_t>(sizeof(T));
    const std::ptrdiff_t strips = (b.columns + wide - 1) / wide;
    if (threads <= 1 || strips < 2 || count * b.columns < 1 << 15) {
        for (std::ptrdiff_t s = 0; s < strips; ++s) strip(s * wide, std::min(b.columns, (s + 1) * wide));
        return;
    }
    parallel_for(strips, threads, [&](std::ptrdiff_t s) { strip(s * wide, std::min(b.columns, (s + 1) * wide)); });
}

template <class T>
int factor(const LuKernel<T>& kernel, MatrixView<T> a, int* pivots, T* scratch, int threads) {
    const std::ptrdiff_t m = a.rows, n = a.columns, order = std::min(m, n);
    if (n <= lu_block) return kernel.panel(m, n, a.data, a.row_stride, pivots, scratch);
    // Whole blocks on the left; of a wide matrix, the square on the left is factored first.
    const std::ptrdiff_t half = n > m ? m : (n / 2 + lu_block - 1) / lu_block * lu_block;
    const MatrixView<T> left = part_of(a, 0, m, 0, half), right = part_of(a, 0, m, half, n);
    const int left_info = factor(kernel, left, pivots, scratch, threads);
    const std::ptrdiff_t done = std::min(half, order);
    swap_rows_of(kernel, right, pivots, done, threads);
    const MatrixView<T> top = rows_of(right, 0, done);
    trsm<T>({as_const(part_of(a, 0, done, 0, done)), true, true}, top, threads);
    if (done == m) return left_info;
    const MatrixView<T> rest = rows_of(right, done, m);
    gemm<T>(-1, as_const(rows_of(left, done, m)), as_const(top), 1, rest, threads);
    const int right_info = factor(kernel, rest, pivots + done, scratch, threads);
    swap_rows_of(kernel, rows_of(left, done, m), pivots + done, order - done, threads);
    for (std::ptrdiff_t k = done; k < order; ++k) pivots[k] += static_cast<int>(done);
    return left_info != 0 ? left_info : right_info != 0 ? right_info + static_cast<int>(done) : 0;
}

}  // namespace

template <class T>
int lu_in_place(MatrixView<T> a, int* pivots, int threads) {
    if (a.rows == 0 || a.columns == 0) return 0;
    Workspace workspace(static_cast<std::size_t>(lu_strip * (a.rows + 64)) * sizeof(T));
    return factor(active(lu_kernels_by_level).of(T()), a, pivots, reinterpret_cast<T*>(workspace.data()), threads);
}

template <class T>
void swap_rows(MatrixView<T> b, const int* pivots, std::ptrdiff_t count) {
    if (b.column_stride == 1) return swap_rows_of(active(lu_kernels_by_level).of(T()), b, pivots, count, 1);
    for (std::ptrdiff_t j = 0; j < b.columns; ++j) {
        T* column = b.data + j * b.column_stride;
        for (std::ptrdiff_t k = 0; k < count; ++k)
            if (pivots[k] != k) std::swap(column[k * b.row_stride], column[pivots[k] * b.row_stride]);
    }
}

template <class T>
bool all_finite(MatrixView<const T> a) {
    const LuKernel<T>& kernel = active(lu_kernels_by_level).of(T());
    if (a.row_stride == a.columns) return kernel.finite(a.data, a.rows * a.columns);
    for (std::ptrdiff_t i = 0; i < a.rows; ++i)
        if (!kernel.finite(a.data + i * a.row_stride, a.columns)) return false;
    return true;
}

template <class T>
std::ptrdiff_t lu(const Stack<const T>& a, const Stack<T>& lu, int* pivots, int* info, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, order = std::min(m, n), count = a.count();
    check_shape("lu", "lu", lu.first.rows, lu.first.columns, m, n);
    check_same_stack("lu", "a", a, "lu", lu);
    if (lu.first.column_stride != 1 && n > 1) invalid_argument("lu", "the rows of lu must be of adjacent elements");
    const LuKernel<T>& kernel = active(lu_kernels_by_level).of(T());
    const double flops = static_cast<double>(order) * static_cast<double>(order) * (static_cast<double>(std::max(m, n)) -
                                                                                    static_cast<double>(order) / 3);
    if (m != n || n > lu_lanes || count < kernel.lanes / 2) {
        over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) {
            copy<T>(a.at(i), lu.at(i));
            info[i] = lu_in_place<T>(lu.at(i), pivots + i * order, inside);
        });
    } else if (n > 0) {
        over_lanes<T>(count, kernel.lanes, n * n, flops, threads, [&](const Lanes& lanes, T* tile) {
            const T* from[most_lanes];
            T* to[most_lanes];
            int *chosen[most_lanes], infos[most_lanes];
            for (int l = 0; l < kernel.lanes; ++l) {
                from[l] = a.at(lanes.index(l)).data;
                to[l] = lu.at(lanes.index(l)).data;
                chosen[l] = pivots + lanes.index(l) * n;
            }
            kernel.group(n, from, a.first.row_stride, a.first.column_stride, to, lu.first.row_stride, tile, chosen, infos);
            std::copy_n(infos, lanes.some, info + lanes.first);
        });
    } else {
        std::fill_n(info, count, 0);
    }
    return count - std::count(info, info + count, 0);
}

#define MLMATH_LU(T)                                                                             \
    template std::ptrdiff_t lu(const Stack<const T>&, const Stack<T>&, int*, int*, int);         \
    template int lu_in_place(MatrixView<T>, int*, int);                                          \
    template void swap_rows(MatrixView<T>, const int*, std::ptrdiff_t);                          \
    template bool all_finite(MatrixView<const T>)
MLMATH_LU(double);
MLMATH_LU(float);

}  // namespace mlmath
