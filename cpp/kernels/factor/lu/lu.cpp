// SPDX-License-Identifier: BSD-3-Clause
// lu: checks, groups side by side, the recursion whose large parts are triangular solves and products.
#include "kernels/factor/lu/lu.hpp"

#include <algorithm>
#include <atomic>

#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/lu/lu_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "kernels/factor/task_rounds.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LuKernels, lu_kernels);

namespace {

template <class T>
void swap_rows_of(const LuKernel<T>& kernel, MatrixView<T> b, const int* pivots, std::ptrdiff_t count) {
    // Strips of 4096 bytes: the rows that change places again are still in the first-level cache.
    constexpr std::ptrdiff_t wide = 4096 / static_cast<std::ptrdiff_t>(sizeof(T));
    for (std::ptrdiff_t from = 0; from < b.columns; from += wide)
        for (std::ptrdiff_t k = 0; k < count; ++k)
            if (pivots[k] != k)
                kernel.swap(b.data + k * b.row_stride + from, b.data + pivots[k] * b.row_stride + from,
                            std::min(wide, b.columns - from));
}

// Columns right of a factored panel: rows exchanged, U's rows.
template <class T>
void finish_rows(const LuKernel<T>& kernel, MatrixView<T> panel, const int* pivots, MatrixView<T> right) {
    const std::ptrdiff_t done = std::min(panel.rows, panel.columns);
    swap_rows_of(kernel, right, pivots, done);
    trsm<T>({as_const(part_of(panel, 0, done, 0, done)), true, true}, rows_of(right, 0, done), 1);
}
// Then rows [from, to) below them.
template <class T>
void subtract_product(MatrixView<T> panel, MatrixView<T> right, std::ptrdiff_t from, std::ptrdiff_t to) {
    gemm<T>(-1, as_const(rows_of(panel, from, to)), as_const(rows_of(right, 0, panel.columns)), 1, rows_of(right, from, to), 1);
}

// A panel: its left half, then its right half; halves of whole blocks.
template <class T>
int factor_panel(const LuKernel<T>& kernel, MatrixView<T> a, int* pivots, T* scratch) {
    const std::ptrdiff_t m = a.rows, n = a.columns, order = std::min(m, n);
    if (n <= lu_block) return kernel.panel(m, n, a.data, a.row_stride, pivots, scratch);
    const std::ptrdiff_t half = (n / 2 + lu_block - 1) / lu_block * lu_block, done = std::min(m, half);
    const MatrixView<T> left = part_of(a, 0, m, 0, half), right = part_of(a, 0, m, half, n);
    const int left_info = factor_panel(kernel, left, pivots, scratch);
    finish_rows(kernel, left, pivots, right);
    if (done == m) return left_info;
    subtract_product(left, right, done, m);
    const int right_info = factor_panel(kernel, rows_of(right, done, m), pivots + done, scratch);
    swap_rows_of(kernel, rows_of(left, done, m), pivots + done, order - done);
    for (std::ptrdiff_t k = done; k < order; ++k) pivots[k] += static_cast<int>(done);
    return left_info != 0 ? left_info : right_info != 0 ? right_info + static_cast<int>(done) : 0;
}

// Columns of a panel. Constraint: the update by `wide` columns of L reads and writes the trailing matrix once a panel; wide panels
// leave less to do beside them. Arithmetic: 64 columns give 8 flops a byte of that traffic, 256 give 32; at n = 1000 a panel of 64
// with its column block's update is an eighth of a round, a panel of 256 a half. Measured on two Zen 4 cores, n = 1000: 75 Gflop/s
// with 64, 70 with 128, 65 with 256; n = 2000: 68, 79, 82. Decision: 64 up to 1200, then 256.
std::ptrdiff_t panel_columns(std::ptrdiff_t order) { return order <= 1200 ? lu_block : 4 * lu_block; }

// Constraint: the tasks of a round should come out even on two threads, and a product of few rows still fill gemm's tiles and pay
// for packing the rows of U. Decision: 96 rows; 192 columns where rows are exchanged and U's rows finished.
constexpr std::ptrdiff_t task_rows = 96, task_columns = 192;

template <class T>
int factor(const LuKernel<T>& kernel, MatrixView<T> a, int* pivots, T* scratch, int threads) {
    const std::ptrdiff_t m = a.rows, n = a.columns, order = std::min(m, n), wide = panel_columns(order), chunk = task_columns;
    if (n <= wide) return factor_panel(kernel, a, pivots, scratch);
    int info = 0;
    const auto panel_at = [&](std::ptrdiff_t k) { return part_of(a, k, m, k, std::min(n, k + wide)); };
    const auto factor_at = [&](std::ptrdiff_t k) {  // pivots count from the panel's first row until the end
        const int own = factor_panel(kernel, panel_at(k), pivots + k, scratch);
        if (info == 0 && own != 0) info = own + static_cast<int>(k);
    };
    const std::ptrdiff_t panels = (order + wide - 1) / wide;
    TaskRounds rounds;
    parallel(threads, [&](Team& team) {
        if (team.rank() == 0) factor_at(0);
        team.barrier();
        for (std::ptrdiff_t p = 0; p < panels; ++p) {
            // What panel p does to the columns right of it. First by columns, then by rows, which reads and writes the matrix
            // along its rows (a quarter faster than by columns at n = 1000); the next panel is the urgent one, and is then
            // factored.
            const std::ptrdiff_t k = p * wide, right = std::min(n, k + wide),
                                 next = p + 1 < panels ? std::min(n, right + wide) : right;
            const MatrixView<T> panel = panel_at(k);
            const auto columns = [&](std::ptrdiff_t from, std::ptrdiff_t to) { return part_of(a, k, m, from, to); };
            const std::ptrdiff_t below = std::min(panel.rows, wide), rest = panel.rows - below;
            rounds.round(
                team, 2 * p, (n - next + chunk - 1) / chunk,
                [&] {
                    if (right < next) finish_rows(kernel, panel, pivots + k, columns(right, next));
                },
                [&](std::ptrdiff_t task) {
                    const std::ptrdiff_t from = next + task * chunk;
                    finish_rows(kernel, panel, pivots + k, columns(from, std::min(n, from + chunk)));
                });
            rounds.round(
                team, 2 * p + 1, next < n ? (rest + task_rows - 1) / task_rows : 0,
                [&] {
                    if (right == next) return;
                    subtract_product(panel, columns(right, next), below, panel.rows);
                    factor_at(k + wide);
                },
                [&](std::ptrdiff_t task) {
                    const std::ptrdiff_t from = below + task * task_rows;
                    subtract_product(panel, columns(next, n), from, std::min(panel.rows, from + task_rows));
                });
        }
        // The rows of L that later panels exchanged.
        rounds.round(
            team, 2 * panels, panels - 1, [] {},
            [&](std::ptrdiff_t p) {
                for (std::ptrdiff_t later = p + 1; later < panels; ++later) {
                    const std::ptrdiff_t k = later * wide;
                    swap_rows_of(kernel, part_of(a, k, m, p * wide, (p + 1) * wide), pivots + k, std::min(wide, order - k));
                }
            });
    });
    for (std::ptrdiff_t k = 0; k < order; ++k) pivots[k] += static_cast<int>(k / wide * wide);
    return info;
}

}  // namespace

template <class T>
int lu_in_place(MatrixView<T> a, int* pivots, int threads) {
    if (a.rows == 0 || a.columns == 0) return 0;
    // 2^22 multiply-adds are 0.1 ms, of which half is worth a few barriers.
    const double order = static_cast<double>(std::min(a.rows, a.columns));
    if (static_cast<double>(a.rows) * static_cast<double>(a.columns) * order / 3 < 4194304) threads = 1;
    const std::ptrdiff_t places = row_places<T>(a.columns);
    const bool apart = a.rows <= lu_block || a.row_stride % (1024 / static_cast<std::ptrdiff_t>(sizeof(T))) != 0;  // see row_places
    const auto strip = static_cast<std::size_t>(lu_strip * (a.rows + 64)) * sizeof(T);
    Workspace workspace(whole_lines(strip) + (apart ? 0 : static_cast<std::size_t>(a.rows * places) * sizeof(T)));
    T* scratch = workspace.take<T>(strip / sizeof(T));
    const LuKernel<T>& kernel = active(lu_kernels_by_level).of(T());
    if (apart) return factor(kernel, a, pivots, scratch, threads);
    const MatrixView<T> own{workspace.take<T>(static_cast<std::size_t>(a.rows * places)), a.rows, a.columns, places, 1};
    copy(as_const(a), own);
    const int info = factor(kernel, own, pivots, scratch, threads);
    copy(as_const(own), a);
    return info;
}

template <class T>
void swap_rows(MatrixView<T> b, const int* pivots, std::ptrdiff_t count, int threads) {
    // Columns are independent of each other: pieces of them for the threads.
    over_rows(b.columns, b.rows, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        if (b.column_stride == 1)
            return swap_rows_of(active(lu_kernels_by_level).of(T()), part_of(b, 0, b.rows, from, to), pivots, count);
        for (std::ptrdiff_t j = from; j < to; ++j) {
            T* column = b.data + j * b.column_stride;
            for (std::ptrdiff_t k = 0; k < count; ++k)
                if (pivots[k] != k) std::swap(column[k * b.row_stride], column[pivots[k] * b.row_stride]);
        }
    });
}

template <class T>
bool copy_finite(MatrixView<const T> a, MatrixView<T> to, int threads) {
    const LuKernel<T>& kernel = active(lu_kernels_by_level).of(T());
    std::atomic<bool> finite{true};
    over_rows(a.rows, a.columns, threads, [&](std::ptrdiff_t from, std::ptrdiff_t end) {
        copy(rows_of(a, from, end), rows_of(to, from, end));
        bool all = true;
        for (std::ptrdiff_t i = from; i < end && all; ++i) all = kernel.finite(to.data + i * to.row_stride, to.columns);
        if (!all) finite.store(false, std::memory_order_relaxed);
    });
    return finite.load(std::memory_order_relaxed);
}

template <class T>
std::ptrdiff_t lu(const Stack<const T>& a, const Stack<T>& lu, int* pivots, int* info, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, order = std::min(m, n), count = a.count();
    check_shape("lu", "lu", lu.first.rows, lu.first.columns, m, n);
    check_same_stack("lu", "a", a, "lu", lu);
    if (lu.first.column_stride != 1 && n > 1 && m > 0 && count > 0)
        invalid_argument("lu", "the rows of lu must be of adjacent elements");
    const LuKernel<T>& kernel = active(lu_kernels_by_level).of(T());
    const double flops = static_cast<double>(order) * static_cast<double>(order) *
                         (static_cast<double>(std::max(m, n)) - static_cast<double>(order) / 3);
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

#define MLMATH_LU(T)                                                                     \
    template std::ptrdiff_t lu(const Stack<const T>&, const Stack<T>&, int*, int*, int); \
    template int lu_in_place(MatrixView<T>, int*, int);                                  \
    template void swap_rows(MatrixView<T>, const int*, std::ptrdiff_t, int);             \
    template bool copy_finite(MatrixView<const T>, MatrixView<T>, int)
MLMATH_LU(double);
MLMATH_LU(float);

}  // namespace mlmath
