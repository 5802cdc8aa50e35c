// SPDX-License-Identifier: BSD-3-Clause
// qr of a tall matrix by blocks of rows [Demmel2012]: A_i = Q_i R_i for every block, then [R_0; R_1; ...] = Q' R the same way, and
// Q = diag(Q_i) Q'. A is read once, each block stays in a second-level cache, and blocks are independent. Parts of qr.cpp.
#pragma once
#include <deque>
#include <vector>

#include "core/thread_pool.hpp"
#include "kernels/factor/qr/qr_blocked.hpp"

namespace mlmath {

/// Elements of a block of rows. Constraint: the block and the group that is reflected stay in a second-level cache of 1 MiB; a
/// block of few rows gives a triangle that is as large as itself. Arithmetic: 100,000 x 100 doubles on one thread, R and Q: 2^15
/// elements 86 ms, 2^16 75, 3 2^15 70, 2^17 68; of floats 50, 43, 41, 41. Decision: 3 2^15 (768 KiB of doubles), at least 4 n
/// rows, and no more than 4096: a group is 64 bytes a row (n = 8: 4096 rows 18 ms, 8192 20, 12,288 22).
constexpr std::ptrdiff_t qr_block_elements = 98304, qr_block_rows = 4096;

inline std::ptrdiff_t qr_blocks_of_rows(std::ptrdiff_t m, std::ptrdiff_t n) {
    return m / std::max(4 * n, std::min(qr_block_rows, qr_block_elements / std::max<std::ptrdiff_t>(1, n)));
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

/// One level: blocks of rows, each one panel of n reflections Q_i = I - V T V^T, and their triangles, one below the other.
///
/// Constraint: V is as large as A, and the system clears fresh pages at 10 GB/s (100,000 x 100 doubles: 80 MB, 8 ms of 80).
/// Arithmetic: V has the shape of the rows of Q that it makes, and once these are made it is not needed any more. Decision: V lies
/// where the result will, and nothing of that size is allocated; in the levels above it takes the place of the triangles that it
/// reduces.
template <class T>
class RowBlocks {
public:
    RowBlocks(const QrKernel<T>& kernel, std::ptrdiff_t m, std::ptrdiff_t n)
        : kernel_(kernel),
          m_(m),
          n_(n),
          places_(row_places<T>(n)),
          count_(std::max<std::ptrdiff_t>(1, qr_blocks_of_rows(m, n))),
          kept_(bytes_of(count_ * n * n) + bytes_of(count_ * n)),
          triangles_(kept_.take<T>(static_cast<std::size_t>(count_ * n * n))),
          tau_(kept_.take<T>(static_cast<std::size_t>(count_ * n))) {}

    std::ptrdiff_t count() const { return count_; }
    MatrixView<T> triangles() const { return {triangles_, count_ * n_, n_, n_, 1}; }

    /// v: as many of a's first rows, and no block's in part, as reflections are kept of. It may be a.
    void factor(MatrixView<const T> a, MatrixView<T> v, int threads) {
        v_ = v;
        parallel_for(count_, threads, [&](std::ptrdiff_t i) {
            const std::ptrdiff_t rows = edge(i + 1) - edge(i);
            const bool kept = edge(i + 1) <= v.rows;
            Workspace workspace(bytes_of(rows * places_) + bytes_of(panel_lines<T>(rows)) + (kept ? 0 : bytes_of(rows * n_)));
            const MatrixView<T> work = in_rows(workspace, rows);
            copy(rows_of(a, edge(i), edge(i + 1)), work);
            T* const lines = workspace.take<T>(static_cast<std::size_t>(panel_lines<T>(rows)));
            const MatrixView<T> own =
                kept ? rows_of(v, edge(i), edge(i + 1)) : MatrixView<T>{workspace.take<T>(0), rows, n_, n_, 1};
            kernel_.panel(rows, n_, work.data, places_, own.data, own.row_stride, own.column_stride, tau_ + i * n_, lines);
            copy_upper(as_const(work), rows_of(triangles(), i * n_, (i + 1) * n_), 1);
        });
    }
    /// All rows of v <- Q_i times the block's n rows of `top`, for every block.
    void form(MatrixView<const T> top, int threads) {
        parallel_for(count_, threads, [&](std::ptrdiff_t i) {
            form_block(i, rows_of(top, i * n_, (i + 1) * n_), rows_of(v_, edge(i), edge(i + 1)));
        });
    }
    /// q <- the first rows of Q_0 times `top`. V stays.
    void form_first(MatrixView<const T> top, MatrixView<T> q) { form_block(0, top, q); }

private:
    std::ptrdiff_t edge(std::ptrdiff_t i) const { return m_ * i / count_; }
    static std::size_t bytes_of(std::ptrdiff_t count) { return whole_lines(static_cast<std::size_t>(count) * sizeof(T)); }
    // rows x n with room for whole lines, which are zero.
    MatrixView<T> in_rows(Workspace& workspace, std::ptrdiff_t rows) const {
        T* const data = workspace.take<T>(static_cast<std::size_t>(rows * places_));
        for (std::ptrdiff_t i = 0; i < rows; ++i) std::fill(data + i * places_ + n_, data + (i + 1) * places_, T(0));
        return {data, rows, n_, places_, 1};
    }
    // q: the block's first rows, at least n. Q_i [C; 0] = [C; 0] - V (T (V1^T C)), V1 the triangle on V's top: 2 m n^2 flops, and
    // m n^2 for V^T V. Applied a few reflections at a time to what fills up with numbers it would be 4 m n^2.
    void form_block(std::ptrdiff_t i, MatrixView<const T> c, MatrixView<T> q) const {
        const std::ptrdiff_t rows = edge(i + 1) - edge(i);
        Workspace workspace(bytes_of(rows * places_) + 2 * bytes_of((n_ + 8) * places_));
        const MatrixView<T> v = in_rows(workspace, rows), w = in_rows(workspace, n_),
                            gram{workspace.take<T>(static_cast<std::size_t>((n_ + 8) * places_)), n_, n_, places_, 1};
        copy(as_const(rows_of(v_, edge(i), edge(i + 1))), v);
        kernel_.gram(rows, n_, v.data, places_, gram.data, places_);
        for (std::ptrdiff_t k = 0; k < n_; ++k) gram.data[k * (places_ + 1)] = 1 / tau_[i * n_ + k];
        const MatrixView<const T> triangle = as_const(rows_of(v, 0, n_));
        copy(c, w);
        trmm<T>({transposed(triangle), false, true}, w, 1);
        trsm<T>({transposed(as_const(gram)), false, false}, w, 1);
        gemm<T>(-1, as_const(rows_of(v, n_, q.rows)), as_const(w), 0, rows_of(q, n_, q.rows), 1);
        trmm<T>({triangle, true, true}, w, 1);
        for (std::ptrdiff_t r = 0; r < n_; ++r)
            for (std::ptrdiff_t j = 0; j < n_; ++j)
                q.data[r * q.row_stride + j * q.column_stride] =
                    c.data[r * c.row_stride + j * c.column_stride] - w.data[r * places_ + j];
    }

    const QrKernel<T>& kernel_;
    const std::ptrdiff_t m_, n_, places_, count_;
    Workspace kept_;
    T *triangles_, *tau_;
    MatrixView<T> v_{};
};

/// The tree: levels of blocks until one triangle is left.
template <class T>
class TallQr {
public:
    /// v: where Q will be, or without rows: then only triangle() can be had. signs: of v.rows of the first block, first_rows() is
    /// had as well.
    TallQr(const QrKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> v, int threads) : n_(a.columns) {
        MatrixView<T> place = v;
        do {
            levels_.emplace_back(kernel, a.rows, n_);
            levels_.back().factor(a, place, threads);
            place = levels_.back().triangles();
            a = as_const(place);
        } while (levels_.back().count() > 1);
    }
    /// R up to the signs of its rows.
    MatrixView<const T> triangle() const { return as_const(levels_.back().triangles()); }

    /// v <- Q C, C: n x n.
    void form(MatrixView<const T> c, int threads) {
        for (std::size_t level = levels_.size(); level-- > 0;) {
            levels_[level].form(c, threads);
            c = level > 0 ? as_const(levels_[level - 1].triangles()) : c;
        }
    }
    /// q: n x n <- the first rows of Q. The reflections stay.
    void first_rows(MatrixView<T> q) {
        fill(q, T(0));
        for (std::ptrdiff_t k = 0; k < n_; ++k) q.data[k * (q.row_stride + q.column_stride)] = 1;
        for (std::size_t level = levels_.size(); level-- > 0;) levels_[level].form_first(as_const(q), q);
    }
    /// Rows of v that first_rows() needs.
    static std::ptrdiff_t rows_of_first_block(std::ptrdiff_t m, std::ptrdiff_t n) {
        return m / std::max<std::ptrdiff_t>(1, qr_blocks_of_rows(m, n));
    }

private:
    std::ptrdiff_t n_;
    std::deque<RowBlocks<T>> levels_;
};

/// q: m x n or without columns, r: n x n.
template <class T>
void qr_tall(const QrKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r, int threads) {
    const std::ptrdiff_t m = a.rows, n = a.columns, some = TallQr<T>::rows_of_first_block(m, n);
    const bool wanted = q.columns > 0;
    std::vector<T> signs(static_cast<std::size_t>(n)), square(static_cast<std::size_t>(n * n)),
        reflections(static_cast<std::size_t>(wanted ? 0 : some * n));
    TallQr<T> tree(kernel, a, wanted ? q : MatrixView<T>{reflections.data(), some, n, n, 1}, threads);
    const MatrixView<T> c{square.data(), n, n, n, 1};
    tree.first_rows(c);
    householder_signs(c, signs.data());
    copy(tree.triangle(), r);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = i; j < n; ++j) r.data[i * r.row_stride + j * r.column_stride] *= signs[i];
    if (!wanted) return;
    fill(c, T(0));
    for (std::ptrdiff_t k = 0; k < n; ++k) square[k * (n + 1)] = signs[k];
    tree.form(as_const(c), threads);
}

}  // namespace mlmath
