// SPDX-License-Identifier: BSD-3-Clause
// qr of one matrix: panels of reflections, applied to the rest a panel at a time. Parts of qr.cpp.
#pragma once
#include <algorithm>

#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trmm/trmm.hpp"
#include "kernels/factor/block_reflections.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "kernels/factor/task_rounds.hpp"

namespace mlmath {

/// r <- the upper triangle of a's first rows, zeros below.
template <class T>
void copy_upper(MatrixView<const T> a, MatrixView<T> r, int threads) {
    over_rows(r.rows, r.columns, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        fill(part_of(r, from, to, 0, std::min(to, r.columns)), T(0));
        if (to < r.columns && to > a.rows) fill(part_of(r, from, to, to, r.columns), T(0));
        for (std::ptrdiff_t i = from; i < std::min({to, a.rows, r.columns}); ++i)
            copy(part_of(a, i, i + 1, i, r.columns), part_of(r, i, i + 1, i, r.columns));
    });
}

/// Elements of scratch that QrKernel::panel needs for m rows.
template <class T>
constexpr std::ptrdiff_t panel_lines(std::ptrdiff_t m) {
    return m * (static_cast<std::ptrdiff_t>(cache_line / sizeof(T)) + 1);
}

/// The reflections of a panel together are I - V T V^T with T^-1 = strict upper part of V^T V, plus 1 / tau on the diagonal
/// [Puglisi1992]: applying them is two products and a triangular solve. (tau = 0 gives an infinite diagonal, by which a row is
/// divided to zero.)
template <class T>
class Reflections {
public:
    Reflections(const QrKernel<T>& kernel, std::ptrdiff_t m, std::ptrdiff_t n)
        : kernel_(kernel),
          m_(m),
          n_(n),
          order_(std::min(m, n)),
          places_(row_places<T>(n)),
          ld_(row_places<T>(m)),
          whole_(n <= qr_small && m * n <= 32768),
          block_(whole_ ? std::max<std::ptrdiff_t>(1, n) : block_columns(order_)) {}

    /// What stays until Q has been formed, and what is free again after factor() or form().
    std::size_t kept_bytes() const { return bytes_of(order_ * ld_) + bytes_of(order_) + bytes_of(blocks() * block_ * block_); }
    std::size_t passing_bytes() const { return bytes_of(m_ * places_) + bytes_of(panel_lines<T>(m_)) + forming_bytes(); }
    std::size_t forming_bytes() const { return bytes_of(n_ + 64); }
    void keep(Workspace& workspace) {
        v_ = workspace.take<T>(static_cast<std::size_t>(order_ * ld_));
        tau_ = workspace.take<T>(static_cast<std::size_t>(order_));
        gram_ = workspace.take<T>(static_cast<std::size_t>(blocks() * block_ * block_));
    }
    void pass(Workspace& workspace) {
        a_ = workspace.take<T>(static_cast<std::size_t>(m_ * places_));
        lines_ = workspace.take<T>(static_cast<std::size_t>(panel_lines<T>(m_)));
        pass_forming(workspace);
    }
    /// Enough for form(), where the reflections come from elsewhere (see adopt()).
    void pass_forming(Workspace& workspace) { sums_ = workspace.take<T>(static_cast<std::size_t>(n_ + 64)); }

    MatrixView<T> work() const { return {a_, m_, n_, places_, 1}; }
    MatrixView<T> vectors() const { return {v_, m_, order_, 1, ld_}; }
    const T* tau() const { return tau_; }
    T* tau() { return tau_; }

    void factor(MatrixView<const T> a, int threads) {
        over_rows(m_, n_, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            copy(rows_of(a, from, to), rows_of(work(), from, to));
            for (std::ptrdiff_t i = from; i < to; ++i) std::fill(a_ + i * places_ + n_, a_ + (i + 1) * places_, T(0));
        });
        if (order_ == 0) return;
        if (n_ <= block_) return finish_block(0);
        TaskRounds rounds;
        parallel(worth_threads() ? threads : 1, [&](Team& team) {
            if (team.rank() == 0) finish_block(0);
            team.barrier();
            for (std::ptrdiff_t p = 0; p < blocks(); ++p) {
                // What block p does to the columns right of it: the next block first, which is then factored; the others as tasks.
                const std::ptrdiff_t k = p * block_, right = std::min(n_, k + block_),
                                     next = p + 1 < blocks() ? std::min(n_, right + block_) : right;
                const auto reflect = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
                    Workspace workspace(bytes_of(block_ * row_places<T>(factor_columns)));
                    apply_block(k, width_at(k), gram_at(k), true, part_of(work(), k, m_, from, to), workspace.take<T>(0), 1);
                };
                rounds.round(
                    team, p, (n_ - next + factor_columns - 1) / factor_columns,
                    [&] {
                        if (p + 1 == blocks()) return;
                        reflect(right, next);
                        finish_block(right);
                    },
                    [&](std::ptrdiff_t task) {
                        reflect(next + task * factor_columns, std::min(n_, next + (task + 1) * factor_columns));
                    });
            }
        });
    }

    /// Instead of factor(): tau() and vectors(), from their diagonals down, have been filled by another hand.
    void adopt(int threads) {
        for (std::ptrdiff_t k = 0; k < order_; ++k) std::fill(v_ + k * ld_ + k / block_ * block_, v_ + k * ld_ + k, T(0));
        for (std::ptrdiff_t k = 0; k < order_ && !whole_; k += block_) prepare(k, width_at(k), gram_at(k), threads);
    }

    /// q: m x k <- the first k columns of H_0 H_1 ... .
    void form(MatrixView<T> q, int threads) {
        if (whole_ && q.columns <= qr_small) {  // by reflections, in rows with room for whole registers
            const std::ptrdiff_t stride = row_places<T>(q.columns);
            Workspace workspace(static_cast<std::size_t>(m_ * stride) * sizeof(T));
            const MatrixView<T> rows{workspace.take<T>(static_cast<std::size_t>(m_ * stride)), m_, stride, stride, 1};
            identity(rows, 0, m_);
            kernel_.apply(order_, m_, v_, ld_, tau_, rows.data, stride, q.columns, sums_);
            return copy(as_const(part_of(rows, 0, m_, 0, q.columns)), q);
        }
        if (whole_) prepare(0, order_, gram_at(0), threads);
        over_rows(m_, q.columns, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) { identity(q, from, to); });
        // Columns do not meet: some of them through all blocks are one task, and nobody waits. Those on the right meet the most.
        const std::ptrdiff_t tasks = (q.columns + form_columns - 1) / form_columns;
        parallel_for(tasks, worth_threads() ? threads : 1, [&](std::ptrdiff_t task) {
            const std::ptrdiff_t to = q.columns - task * form_columns, from = std::max<std::ptrdiff_t>(0, to - form_columns);
            Workspace workspace(bytes_of(block_ * row_places<T>(form_columns)));
            T* const product = workspace.take<T>(0);
            for (std::ptrdiff_t k = (std::min(order_, to) - 1) / block_ * block_; k >= 0 && order_ > 0; k -= block_)
                form_block(k, width_at(k), std::max(from, k), to, q, product);
        });
    }

private:
    // Columns whose reflections are applied to the rest together. Constraint: that reads and writes the rest once for each block;
    // its panel runs at 40 to 70 % of gemm's speed, the triangle of products V^T V and the solve with it cost block / n of the
    // whole. Decision: 32 up to 256, 64 up to 768, then 128. (64 from 48 on: n = 256 takes 295 us on two threads instead of 180.
    // Panels of 32 within a block: n = 1000 8.3 ms instead of 7.5.)
    static std::ptrdiff_t block_columns(std::ptrdiff_t order) {
        return order <= 256 ? qr_block : order <= 768 ? 2 * qr_block : 4 * qr_block;
    }
    // 2^22 multiply-adds are 0.1 ms, of which half is worth a few barriers.
    bool worth_threads() const {
        return static_cast<double>(m_) * static_cast<double>(n_) * static_cast<double>(order_) >= 4194304;
    }
    static std::size_t bytes_of(std::ptrdiff_t count) { return whole_lines(static_cast<std::size_t>(count) * sizeof(T)); }
    std::ptrdiff_t blocks() const { return (order_ + block_ - 1) / block_; }
    std::ptrdiff_t width_at(std::ptrdiff_t k) const { return std::min(block_, order_ - k); }
    MatrixView<T> gram_at(std::ptrdiff_t k) const { return {gram_ + k * block_, width_at(k), width_at(k), block_, 1}; }

    // Columns of a task. Constraint: tasks enough for the threads, wide enough for gemm's tiles and to pay for reading V.
    // Arithmetic: n = 2000 on two threads: R takes 131 ms with 192, 127 with 128, Q 112 and 115. Decision: 128 and 192.
    static constexpr std::ptrdiff_t factor_columns = 128, form_columns = 192;

    // A block's columns, which are one panel, and what is needed to apply it.
    void finish_block(std::ptrdiff_t k) {
        const std::ptrdiff_t wide = std::min(block_, n_ - k);
        kernel_.panel(m_ - k, wide, a_ + k * places_ + k, places_, v_ + k * ld_ + k, 1, ld_, tau_ + k, lines_);
        if (k + wide < n_ || !whole_) prepare(k, width_at(k), gram_at(k), 1);
    }
    static void identity(MatrixView<T> q, std::ptrdiff_t from, std::ptrdiff_t to) {
        fill(rows_of(q, from, to), T(0));
        for (std::ptrdiff_t i = from; i < std::min(to, q.columns); ++i) q.data[i * (q.row_stride + q.column_stride)] = 1;
    }
    // The triangle of `count` reflections from k on.
    void prepare(std::ptrdiff_t k, std::ptrdiff_t count, MatrixView<T> gram, int threads) {
        block_triangle<T>({v_ + k * ld_ + k, m_ - k, count, 1, ld_}, tau_ + k, gram, threads);
    }
    static void subtract(MatrixView<T> w, MatrixView<T> c) {
        for (std::ptrdiff_t i = 0; i < w.rows; ++i)
            for (std::ptrdiff_t j = 0; j < w.columns; ++j)
                c.data[i * c.row_stride + j * c.column_stride] -= w.data[i * w.row_stride + j];
    }
    // C <- (I - V T V^T) C, transposed: with T^T. V is a triangle with ones on its diagonal, V1, and what stands below it.
    void apply_block(std::ptrdiff_t k, std::ptrdiff_t count, MatrixView<T> gram, bool transpose, MatrixView<T> c, T* product,
                     int threads) {
        const MatrixView<const T> v{v_ + k * ld_ + k, m_ - k, count, 1, ld_}, top = rows_of(v, 0, count),
                                                                              rest = rows_of(v, count, m_ - k);
        const MatrixView<T> w{product, count, c.columns, row_places<T>(c.columns), 1}, above = rows_of(c, 0, count),
                                                                                       below = rows_of(c, count, c.rows);
        copy(as_const(above), w);
        trmm<T>({transposed(top), false, true}, w, threads);
        gemm<T>(1, transposed(rest), as_const(below), 1, w, threads);
        block_solve(as_const(gram), transpose, w, threads);
        gemm<T>(-1, rest, as_const(w), 1, below, threads);
        trmm<T>({top, true, true}, w, threads);
        subtract(w, above);
    }

    // The block from k on applied to columns [from, to) of Q, which lie right of k: up to the block's end those are columns of the
    // identity, and further on they are zero in the block's rows, as they have only met reflections further down. Of V^T Q nothing
    // is multiplied that is zero or one: 3 block / (2 n) less work for all blocks together.
    void form_block(std::ptrdiff_t k, std::ptrdiff_t count, std::ptrdiff_t from, std::ptrdiff_t to, MatrixView<T> q, T* product) {
        const std::ptrdiff_t end = k + count, columns = to - from, own = std::clamp<std::ptrdiff_t>(end - from, 0, columns);
        const MatrixView<const T> v{v_ + k * ld_ + k, m_ - k, count, 1, ld_}, top = rows_of(v, 0, count),
                                                                              rest = rows_of(v, count, m_ - k);
        const MatrixView<T> w{product, count, columns, row_places<T>(columns), 1}, below = part_of(q, end, m_, from, to);
        if (own > 0) copy(transposed(rows_of(top, from - k, from - k + own)), part_of(w, 0, count, 0, own));
        gemm<T>(1, transposed(rest), as_const(part_of(below, 0, below.rows, own, columns)), 0, part_of(w, 0, count, own, columns),
                1);
        block_solve(as_const(gram_at(k)), false, w, 1);
        gemm<T>(-1, rest, as_const(w), 1, below, 1);
        trmm<T>({top, true, true}, w, 1);
        subtract(w, part_of(q, k, end, from, to));
    }

    const QrKernel<T>& kernel_;
    const std::ptrdiff_t m_, n_, order_, places_, ld_;
    const bool whole_;  // one panel
    const std::ptrdiff_t block_;
    T *a_ = nullptr, *v_ = nullptr, *tau_ = nullptr, *lines_ = nullptr, *sums_ = nullptr, *gram_ = nullptr;
};

}  // namespace mlmath
