// SPDX-License-Identifier: BSD-3-Clause
// qr of a tall matrix by blocks of rows [Demmel2012]: A_i = Q_i R_i for every block, then [R_0; R_1; ...] = Q' R the same way, and
// Q = diag(Q_i) Q'. A is read once, each block stays in a second-level cache, and blocks are independent. Parts of qr.cpp.
#pragma once
#include <deque>
#include <vector>

#include "core/thread_pool.hpp"
#include "kernels/factor/qr/qr_blocked.hpp"

namespace mlmath {

/// Elements of a block of rows. Constraint: the block, its reflections and its part of Q pass through the second-level cache
/// together; a block of few rows gives a triangle that is as large as itself. Arithmetic: 2^16 doubles are 512 KiB. Decision:
/// that, at least 4 n rows.
constexpr std::ptrdiff_t qr_block_elements = 65536;

inline std::ptrdiff_t qr_blocks_of_rows(std::ptrdiff_t m, std::ptrdiff_t n) {
    return m / std::max(4 * n, qr_block_elements / std::max<std::ptrdiff_t>(1, n));
}

/// Constraint: the tree doubles the work on Q, and the signs take n^3 / 3 scalar steps; it pays when the matrix is far from any
/// cache. Decision: at least two blocks of rows, and 2^18 elements, of at most 256 columns.
template <class T>
bool qr_is_tall(std::ptrdiff_t m, std::ptrdiff_t n) {
    return n >= 1 && n <= 256 && m * n >= 1 << 18 && qr_blocks_of_rows(m, n) >= 2;
}

/// Of a Q with orthonormal columns, the signs by which its columns must be multiplied to be those of Householder's algorithm: s_k
/// is the opposite of the sign of the element on the diagonal when column k is eliminated from Q - S [Ballard2015, alg. 6]. A
/// column that is a unit vector there has nothing below its diagonal: no reflection, and a positive sign. q: the first n rows,
/// used up.
template <class T>
void householder_signs(MatrixView<T> q, T* signs) {
    const std::ptrdiff_t n = q.columns;
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) -> T& { return q.data[i * q.row_stride + j * q.column_stride]; };
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        const T diagonal = at(k, k);
        if (diagonal == 1 || diagonal == -1) {
            signs[k] = diagonal;
            continue;
        }
        signs[k] = diagonal < 0 ? T(1) : T(-1);
        for (std::ptrdiff_t i = k + 1; i < n; ++i) {
            const T factor = at(i, k) / (diagonal - signs[k]);
            for (std::ptrdiff_t j = k + 1; j < n; ++j) at(i, j) -= factor * at(k, j);
        }
    }
}

/// One level: blocks of rows and their reflections; r: their triangles, one below the other.
template <class T>
class RowBlocks {
public:
    RowBlocks(const QrKernel<T>& kernel, std::ptrdiff_t m, std::ptrdiff_t n) : m_(m), n_(n), count_(qr_blocks_of_rows(m, n)) {
        std::size_t kept = 0;
        for (std::ptrdiff_t i = 0; i < count_; ++i) {
            blocks_.emplace_back(kernel, edge(i + 1) - edge(i), n);
            kept += blocks_.back().kept_bytes();
            passing_ = std::max(passing_, blocks_.back().passing_bytes());
        }
        kept_.emplace_back(kept + whole_lines(static_cast<std::size_t>(count_ * n * n) * sizeof(T)));
        for (auto& block : blocks_) block.keep(kept_.back());
        triangles_ = kept_.back().take<T>(static_cast<std::size_t>(count_ * n * n));
    }
    MatrixView<T> triangles() const { return {triangles_, count_ * n_, n_, n_, 1}; }

    void factor(MatrixView<const T> a, int threads) {
        parallel_for(count_, threads, [&](std::ptrdiff_t i) {
            Workspace workspace(passing_);
            blocks_[i].pass(workspace);
            blocks_[i].factor(rows_of(a, edge(i), edge(i + 1)), 1);
            copy_upper(as_const(blocks_[i].work()), rows_of(triangles(), i * n_, (i + 1) * n_), 1);
        });
    }
    /// Rows of q that belong to block i <- Q_i times the block's rows of `top` (the Q of the triangles).
    void form(MatrixView<const T> top, MatrixView<T> q, std::ptrdiff_t i) {
        Workspace workspace(passing_);
        blocks_[i].pass(workspace);
        fill(rows_of(q, n_, q.rows), T(0));
        copy(rows_of(top, i * n_, (i + 1) * n_), rows_of(q, 0, n_));
        blocks_[i].apply(q);
    }
    void form_all(MatrixView<const T> top, MatrixView<T> q, int threads) {
        parallel_for(count_, threads, [&](std::ptrdiff_t i) { form(top, rows_of(q, edge(i), edge(i + 1)), i); });
    }
    std::ptrdiff_t first_rows() const { return edge(1); }

private:
    std::ptrdiff_t edge(std::ptrdiff_t i) const { return m_ * i / count_; }
    std::ptrdiff_t m_, n_, count_;
    std::size_t passing_ = 0;
    std::deque<Reflections<T>> blocks_;
    std::deque<Workspace> kept_;
    T* triangles_ = nullptr;
};

/// q: m x n or without columns, r: n x n.
template <class T>
void qr_tall(const QrKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r, int threads) {
    const std::ptrdiff_t n = a.columns;
    std::deque<RowBlocks<T>> levels;  // from A to the last stack of triangles that is divided
    MatrixView<const T> stack = a;
    while (qr_blocks_of_rows(stack.rows, n) >= 2) {
        levels.emplace_back(kernel, stack.rows, n);
        levels.back().factor(stack, threads);
        stack = as_const(levels.back().triangles());
    }
    Reflections<T> last(kernel, stack.rows, n);
    Workspace workspace(last.kept_bytes() + last.passing_bytes());
    last.keep(workspace);
    last.pass(workspace);
    last.factor(stack, threads);
    copy_upper(as_const(last.work()), r, 1);
    // From the top of the tree down: the Q of every stack, with the columns' signs as soon as the first rows of Q itself are
    // known.
    std::vector<T> upper(static_cast<std::size_t>(stack.rows * n)), lower, signs(static_cast<std::size_t>(n));
    MatrixView<T> top{upper.data(), stack.rows, n, n, 1};
    last.form(top, threads);
    for (std::size_t level = levels.size() - 1; level > 0; --level) {
        const std::ptrdiff_t rows = levels[level - 1].triangles().rows;
        lower.resize(static_cast<std::size_t>(rows * n));
        levels[level].form_all(as_const(top), {lower.data(), rows, n, n, 1}, threads);
        upper.swap(lower);
        top = {upper.data(), rows, n, n, 1};
    }
    std::vector<T> first(static_cast<std::size_t>(levels[0].first_rows() * n));
    const MatrixView<T> first_rows{first.data(), levels[0].first_rows(), n, n, 1};
    levels[0].form(as_const(top), first_rows, 0);
    householder_signs(rows_of(first_rows, 0, n), signs.data());
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = i; j < n; ++j) r.data[i * r.row_stride + j * r.column_stride] *= signs[i];
    if (q.columns == 0) return;
    for (std::ptrdiff_t i = 0; i < top.rows; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) top.data[i * n + j] *= signs[j];
    levels[0].form_all(as_const(top), q, threads);
}

}  // namespace mlmath
