// SPDX-License-Identifier: BSD-3-Clause
// qr, the ladder: one idea per rung.
#include "kernels/factor/qr/qr_ladder.hpp"

#include <algorithm>
#include <cmath>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/qr/qr_textbook.hpp"
#include "kernels/factor/stack_work.hpp"

namespace mlmath::ladder {
namespace {

// Scratch with columns of adjacent elements: all of these rungs walk down columns.
template <class T>
MatrixView<T> take_columns(Workspace& workspace, std::ptrdiff_t rows, std::ptrdiff_t columns) {
    return {workspace.take<T>(static_cast<std::size_t>(rows * columns)), rows, columns, 1, rows};
}
template <class T>
std::size_t bytes_of(std::ptrdiff_t rows, std::ptrdiff_t columns) {
    return whole_lines(static_cast<std::size_t>(rows * columns) * sizeof(T));
}

template <class T>
T& element(MatrixView<T> a, std::ptrdiff_t i, std::ptrdiff_t j) {
    return a.data[i * a.row_stride + j * a.column_stride];
}

template <class T>
T product(const T* x, const T* y, std::ptrdiff_t n) {
    T sum = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) sum += x[i] * y[i];
    return sum;
}
template <class T>
void subtract(T* x, T factor, const T* y, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) x[i] -= factor * y[i];
}
template <class T>
void divide(T* x, T divisor, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) x[i] /= divisor;
}

template <class T>
void set_identity(MatrixView<T> q) {
    fill(q, T(0));
    for (std::ptrdiff_t i = 0; i < std::min(q.rows, q.columns); ++i) element(q, i, i) = 1;
}
template <class T>
void copy_upper(MatrixView<T> a, MatrixView<T> r) {
    for (std::ptrdiff_t i = 0; i < r.rows; ++i)
        for (std::ptrdiff_t j = 0; j < r.columns; ++j) element(r, i, j) = j < i ? T(0) : element(a, i, j);
}

// Columns of A become columns of Q one by one: column(j) turns column j of `work` into q_j, with `done` columns of Q left of it,
// and writes r's column.
template <class T, class Column>
void column_by_column(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r, Column&& column) {
    const std::ptrdiff_t m = a.rows, order = std::min(m, a.columns);
    Workspace workspace(bytes_of<T>(m, a.columns));
    const MatrixView<T> work = take_columns<T>(workspace, m, a.columns);
    copy(a, work);
    fill(r, T(0));
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t j = 0; j < a.columns && !team.poll(); ++j) column(work, j, std::min(j, order));
    });
    copy(as_const(part_of(work, 0, m, 0, order)), q);
}

// The columns of a panel reflected one by one, as the definition does; v_k stays below the diagonal, without its one.
template <class T>
void reflect_columns(MatrixView<T> a, T* tau) {
    for (std::ptrdiff_t k = 0; k < std::min(a.rows, a.columns); ++k) {
        T *const diagonal = &element(a, k, k), *const v = diagonal + 1;
        const std::ptrdiff_t below = a.rows - k - 1;
        const T alpha = *diagonal, squares = product(v, v, below);
        const T beta = squares == 0 ? alpha : -std::copysign(std::sqrt(alpha * alpha + squares), alpha);
        tau[k] = squares == 0 ? T(0) : (beta - alpha) / beta;
        if (squares != 0) divide(v, alpha - beta, below);
        for (std::ptrdiff_t j = k + 1; j < a.columns; ++j) {
            T* const column = &element(a, k, j);
            const T sum = tau[k] * (column[0] + product(v, column + 1, below));
            column[0] -= sum;
            subtract(column + 1, sum, v, below);
        }
        *diagonal = beta;
    }
}

// H_0 H_1 ... = I - V T V^T of the reflections in a panel: V with its ones and zeros, and V^T V with 1 / tau on the diagonal, whose
// upper triangle is T^-1 and whose lower one is T^-T. (tau = 0 gives an infinite diagonal, by which a row is divided to zero.)
template <class T>
void gather_block(MatrixView<T> panel, const T* tau, MatrixView<T> v, MatrixView<T> inverse) {
    for (std::ptrdiff_t j = 0; j < v.columns; ++j)
        for (std::ptrdiff_t i = 0; i < v.rows; ++i) element(v, i, j) = i < j ? T(0) : i == j ? T(1) : element(panel, i, j);
    gemm<T>(1, transposed(as_const(v)), as_const(v), 0, inverse, 1);
    for (std::ptrdiff_t j = 0; j < v.columns; ++j) element(inverse, j, j) = 1 / tau[j];
}

// C -= V T V^T C; transpose: with T^T, the reflections in the opposite order.
template <class T>
void apply_block(MatrixView<T> v, MatrixView<T> inverse, bool transpose, MatrixView<T> c) {
    Workspace workspace(bytes_of<T>(v.columns, c.columns));
    const MatrixView<T> w = take_columns<T>(workspace, v.columns, c.columns);
    gemm<T>(1, transposed(as_const(v)), as_const(c), 0, w, 1);
    trsm<T>({as_const(inverse), transpose, false}, w, 1);
    gemm<T>(-1, as_const(v), as_const(w), 1, c, 1);
}

// Reflections applied together. Constraint: each block reads what is left of the matrix twice; its own columns, and V^T V, take 32
// / n of the work, slowly. Decision: 32.
constexpr std::ptrdiff_t block = 32;

}  // namespace

// r_ij = q_i . a_j, all of the same a_j: what a projection leaves by rounding, the next ones do not see.
template <class T>
void qr_gram_schmidt(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r) {
    column_by_column(a, q, r, [&](MatrixView<T> work, std::ptrdiff_t j, std::ptrdiff_t done) {
        const auto column = [&](std::ptrdiff_t i) { return &element(work, 0, i); };
        for (std::ptrdiff_t i = 0; i < done; ++i) element(r, i, j) = product(column(i), column(j), a.rows);
        for (std::ptrdiff_t i = 0; i < done; ++i) subtract(column(j), element(r, i, j), column(i), a.rows);
        if (j >= r.rows) return;
        element(r, j, j) = std::sqrt(product(column(j), column(j), a.rows));
        divide(column(j), element(r, j, j), a.rows);
    });
}

// The same numbers without rounding; with it, every projection also removes what the ones before have left along q_i.
template <class T>
void qr_modified_gram_schmidt(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r) {
    column_by_column(a, q, r, [&](MatrixView<T> work, std::ptrdiff_t j, std::ptrdiff_t done) {
        const auto column = [&](std::ptrdiff_t i) { return &element(work, 0, i); };
        for (std::ptrdiff_t i = 0; i < done; ++i) {
            element(r, i, j) = product(column(i), column(j), a.rows);
            subtract(column(j), element(r, i, j), column(i), a.rows);
        }
        if (j >= r.rows) return;
        element(r, j, j) = std::sqrt(product(column(j), column(j), a.rows));
        divide(column(j), element(r, j, j), a.rows);
    });
}

template <class T>
void qr_householder(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r) {
    Workspace workspace(bytes_of<T>(a.rows, a.columns) + bytes_of<T>(q.rows, q.columns));
    const MatrixView<T> work = take_columns<T>(workspace, a.rows, a.columns), own = take_columns<T>(workspace, q.rows, q.columns);
    copy(a, work);
    qr_textbook(work, own);
    copy_upper(work, r);
    copy(as_const(own), q);
}

// What a reflection does to the columns right of its block waits until the block is complete.
template <class T>
void qr_blocked(MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r) {
    const std::ptrdiff_t m = a.rows, n = a.columns, order = std::min(m, n);
    Workspace workspace(bytes_of<T>(m, n) + bytes_of<T>(m, order) + bytes_of<T>(m, block) + bytes_of<T>(block, block) +
                        bytes_of<T>(order, 1));
    const MatrixView<T> work = take_columns<T>(workspace, m, n), own = take_columns<T>(workspace, m, order),
                        v = take_columns<T>(workspace, m, block), inverse = take_columns<T>(workspace, block, block);
    T* const tau = workspace.take<T>(static_cast<std::size_t>(order));
    copy(a, work);
    // Applies the block whose first column is k to rows k .. m of these columns of c.
    const auto apply = [&](std::ptrdiff_t k, bool transpose, MatrixView<T> c, std::ptrdiff_t from, std::ptrdiff_t to) {
        const std::ptrdiff_t count = std::min(block, order - k);
        const MatrixView<T> vectors = part_of(v, 0, m - k, 0, count), triangle = part_of(inverse, 0, count, 0, count);
        gather_block(part_of(work, k, m, k, k + count), tau + k, vectors, triangle);
        apply_block(vectors, triangle, transpose, part_of(c, k, m, from, to));
    };
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t k = 0; k < order && !team.poll(); k += block) {
            const std::ptrdiff_t right = std::min(order, k + block);
            reflect_columns(part_of(work, k, m, k, right), tau + k);
            if (right < n) apply(k, true, work, right, n);
        }
        // Q = H_0 H_1 ... I, the last block first: the columns left of it are still those of the identity.
        set_identity(own);
        for (std::ptrdiff_t k = (order - 1) / block * block; k >= 0 && order > 0 && !team.poll(); k -= block)
            apply(k, false, own, k, order);
    });
    copy_upper(work, r);
    copy(as_const(own), q);
}

#define MLMATH_QR_RUNG(rung)                                                              \
    template void rung(MatrixView<const double>, MatrixView<double>, MatrixView<double>); \
    template void rung(MatrixView<const float>, MatrixView<float>, MatrixView<float>)
MLMATH_QR_RUNG(qr_gram_schmidt);
MLMATH_QR_RUNG(qr_modified_gram_schmidt);
MLMATH_QR_RUNG(qr_householder);
MLMATH_QR_RUNG(qr_blocked);
#undef MLMATH_QR_RUNG

}  // namespace mlmath::ladder
