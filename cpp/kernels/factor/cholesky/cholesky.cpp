// SPDX-License-Identifier: BSD-3-Clause
// cholesky: checks, groups side by side, the recursion whose large parts are triangular solves and products.
#include "kernels/factor/cholesky/cholesky.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <vector>

#include "core/park.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/syrk/syrk.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/cholesky/cholesky_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "kernels/factor/task_rounds.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CholeskyKernels, cholesky_kernels);

namespace {

// l: the lower triangle of A, with zeros above, in place. By halves of whole blocks.
template <class T>
int factor_panel(const CholeskyKernel<T>& kernel, MatrixView<T> l) {
    const std::ptrdiff_t n = l.rows;
    if (n <= cholesky_block) return kernel.block(n, l.data, l.row_stride, l.column_stride, l.data, l.row_stride, l.column_stride);
    const std::ptrdiff_t half = (n / 2 + cholesky_block - 1) / cholesky_block * cholesky_block;
    const MatrixView<T> corner = part_of(l, 0, half, 0, half), below = part_of(l, half, n, 0, half),
                        rest = part_of(l, half, n, half, n);
    if (const int info = factor_panel(kernel, corner); info != 0) return info;
    trsm<T>({as_const(corner), true, false}, transposed(below), 1);
    syrk<T>(-1, as_const(below), 1, rest, true, 1);
    const int info = factor_panel(kernel, rest);
    return info > 0 ? info + static_cast<int>(half) : info;
}

// Columns taken at once. Constraint: the update by `wide` columns reads and writes the trailing triangle once; the
// block on the diagonal is factored by one thread while the others update, so it should take less time than that. Arithmetic: a
// block of 256 takes 0.15 ms, the update at n = 1000 takes 2.5 ms at first and 0.15 ms at n = 350. Decision: 128 up to 1200, then
// 256.
std::ptrdiff_t panel_columns(std::ptrdiff_t n) { return n <= 1200 ? 128 : 256; }

// Rows of a task. Constraint: every task packs the rows of L21 that it multiplies with, transposed; yet the tasks of a round should
// come out even on two threads. Arithmetic: packing an element takes about 1.5 cycles, its products with 64 rows 8, with 256
// rows 32. Decision: 64 up to 400, 128 up to 1200, then 256; halves and quarters of that at the end of a round.
std::ptrdiff_t rows_of_task(std::ptrdiff_t n) { return n <= 400 ? 64 : n <= 1200 ? 128 : 256; }

// Rows [first, n) in tasks: edges from n downwards, as the rows at the bottom take longest.
std::vector<std::ptrdiff_t> task_edges(std::ptrdiff_t first, std::ptrdiff_t n) {
    std::vector<std::ptrdiff_t> edges{n};
    const std::ptrdiff_t most = rows_of_task(n);
    while (edges.back() > first) {
        const std::ptrdiff_t left = edges.back() - first;
        edges.push_back(edges.back() - std::min(left, left > 3 * most ? most : left > most ? most / 2 : most / 4));
    }
    return edges;
}

template <class T>
int factor(const CholeskyKernel<T>& kernel, MatrixView<T> l, int threads) {
    const std::ptrdiff_t n = l.rows, wide = panel_columns(n), panels = (n + wide - 1) / wide;
    if (n <= wide) return factor_panel(kernel, l);
    int info = 0;
    std::atomic<std::ptrdiff_t> factored{0};  // blocks on the diagonal
    const auto factor_diagonal = [&](std::ptrdiff_t p) {
        const std::ptrdiff_t k = p * wide, end = std::min(n, k + wide);
        const int own = factor_panel(kernel, part_of(l, k, end, k, end));
        info = own > 0 ? own + static_cast<int>(k) : own;
        factored.store(p + 1, std::memory_order_release);
    };
    // Rows of L in the columns of block p, once that is factored; it is the first thing that is done in a round.
    const auto solve_rows = [&](Team& team, std::ptrdiff_t p, std::ptrdiff_t from, std::ptrdiff_t to) {
        while (factored.load(std::memory_order_acquire) <= p) {
            if (team.poll()) return;
            cpu_relax();
        }
        if (info != 0) return;
        const std::ptrdiff_t k = p * wide, right = k + wide;
        trsm<T>({as_const(part_of(l, k, right, k, right)), true, false}, transposed(part_of(l, from, to, k, right)), 1);
    };
    TaskRounds rounds;
    parallel(threads, [&](Team& team) {
        std::vector<std::ptrdiff_t> edges = task_edges(wide, n);
        rounds.round(
            team, 0, std::ssize(edges) - 1, [&] { factor_diagonal(0); },
            [&](std::ptrdiff_t task) { solve_rows(team, 0, edges[task + 1], edges[task]); });
        for (std::ptrdiff_t p = 0; p + 1 < panels && info == 0; ++p) {
            // What block p does to the columns right of it, and then the next block's columns. The next block itself is the urgent
            // task. Some rows: what lies left of the diagonal in one product, then the block on it.
            const std::ptrdiff_t k = p * wide, right = k + wide, next = std::min(n, right + wide);
            edges = task_edges(next, n);
            rounds.round(
                team, p + 1, std::ssize(edges) - 1,
                [&] {
                    syrk<T>(-1, as_const(part_of(l, right, next, k, right)), 1, part_of(l, right, next, right, next), true, 1);
                    factor_diagonal(p + 1);
                },
                [&](std::ptrdiff_t task) {
                    const std::ptrdiff_t from = edges[task + 1], to = edges[task];
                    const MatrixView<const T> mine = as_const(part_of(l, from, to, k, right));
                    gemm<T>(-1, mine, transposed(as_const(part_of(l, right, from, k, right))), 1, part_of(l, from, to, right, from),
                            1);
                    syrk<T>(-1, mine, 1, part_of(l, from, to, from, to), true, 1);
                    solve_rows(team, p + 1, from, to);
                });
        }
    });
    return info;
}

template <class T>
int one_matrix(const CholeskyKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> l, int threads) {
    const std::ptrdiff_t n = a.rows;
    if (n <= cholesky_block) return kernel.block(n, a.data, a.row_stride, a.column_stride, l.data, l.row_stride, l.column_stride);
    // The lower triangle and zeros above it, a row of blocks after the other; the blocks on the diagonal row by row. On both
    // threads: at n = 1000 that took the whole from 5.1 ms to 4.4.
    const std::ptrdiff_t rows = (n + cholesky_block - 1) / cholesky_block;
    parallel_for(rows, n < 500 ? 1 : threads, [&](std::ptrdiff_t row) {
        const std::ptrdiff_t i = row * cholesky_block, end = std::min(n, i + cholesky_block);
        copy(part_of(a, i, end, 0, i), part_of(l, i, end, 0, i));
        fill(part_of(l, i, end, end, n), T(0));
        for (std::ptrdiff_t r = i; r < end; ++r) {
            copy(part_of(a, r, r + 1, i, r + 1), part_of(l, r, r + 1, i, r + 1));
            fill(part_of(l, r, r + 1, r + 1, end), T(0));
        }
    });
    // 2^22 multiply-adds are 0.1 ms, of which half is worth a few barriers.
    const double order = static_cast<double>(n);
    const int info = factor(kernel, l, order * order * order / 6 < 4194304 ? 1 : threads);
    if (info != 0) fill(l, std::numeric_limits<T>::quiet_NaN());
    return info;
}

}  // namespace

template <class T>
std::ptrdiff_t cholesky(const Stack<const T>& a, const Stack<T>& l, int* info, int threads) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_same_size("cholesky", "rows of a", n, "columns of a", a.first.columns);
    check_shape("cholesky", "l", l.first.rows, l.first.columns, n, n);
    check_same_stack("cholesky", "a", a, "l", l);
    const CholeskyKernel<T>& kernel = active(cholesky_kernels_by_level).of(T());
    const double flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / 3;
    // Alone, a matrix is faster than a group of which most lanes are its copies.
    if (n > cholesky_lanes || count < kernel.lanes / 2) {
        over_matrices(count, flops, threads,
                      [&](std::ptrdiff_t i, int inside) { info[i] = one_matrix<T>(kernel, a.at(i), l.at(i), inside); });
    } else {
        over_lanes<T>(count, kernel.lanes, 2 * n * n, flops, threads, [&](const Lanes& lanes, T* tile) {
            const T* from[most_lanes];
            T* to[most_lanes];
            int infos[most_lanes];
            for (int lane = 0; lane < kernel.lanes; ++lane) {
                from[lane] = a.at(lanes.index(lane)).data;
                to[lane] = l.at(lanes.index(lane)).data;
            }
            kernel.group(n, from, a.first.row_stride, a.first.column_stride, to, l.first.row_stride, l.first.column_stride, tile,
                         infos);
            std::copy_n(infos, lanes.some, info + lanes.first);
        });
    }
    return count - std::count(info, info + count, 0);
}

template std::ptrdiff_t cholesky(const Stack<const double>&, const Stack<double>&, int*, int);
template std::ptrdiff_t cholesky(const Stack<const float>&, const Stack<float>&, int*, int);

}  // namespace mlmath
