// SPDX-License-Identifier: BSD-3-Clause
// least_squares of a tall X by its normal equations X^T X b = X^T y where that costs no accuracy. Part of least_squares and lstsq.
//
// Cholesky's factor of X^T X has the error eps g with g = |C^-1|, C = X^T X with its diagonal scaled to ones: relative to each
// column's length, so that badly scaled columns do no harm [Higham2002, sec. 10.1; DemmelVeselic1992]. One step of refinement with
// the residual of X itself takes the error of b from eps g to (eps g)^2 beside that of any stable method [Bjorck1996, sec. 6.6.5].
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gram/gram.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/cholesky/cholesky.hpp"

namespace mlmath {

/// Constraint: X^T X costs m n^2 flops at gemm's speed, QR twice as many at half of it, but the factor of n x n, its inverse and
/// the refinement come on top, and gram is one pass over X only up to 256 columns. Decision: from 4 n rows and 2^15 elements on.
constexpr bool normal_equations_pay(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t q) {
    return n >= 1 && n <= 256 && q >= 1 && q <= n && m >= 4 * n && m * n >= 1 << 15;
}

/// Largest g for a solution as good as QR's: the initial error eps g below 2^-6 sqrt(eps), so that its square is below eps.
template <class T>
constexpr T largest_growth = sizeof(T) == 8 ? T(0x1p+20) : T(0x1p+5);

/// Largest g for singular values as good as of X itself: LAPACK's bound is p(n) eps times the largest with p(n) about n; the error
/// here is relative to each value, g eps. Decision: 64, of 53 bits 6 (float: 32, where the largest g for a solution ends).
template <class T>
constexpr T largest_growth_of_values = sizeof(T) == 8 ? T(64) : T(32);

template <class T>
class NormalEquations {
public:
    NormalEquations(MatrixView<const T> x, MatrixView<const T> y, int threads)
        : x_(x),
          y_(y),
          m_(x.rows),
          n_(x.columns),
          q_(y.columns),
          threads_(threads),
          workspace_(static_cast<std::size_t>(3 * n_ * n_ + 3 * n_ * q_ + q_) * sizeof(T) + 7 * cache_line),
          factor_(take(n_ * n_)),
          inverse_(take(n_ * n_)),
          triangle_(take(n_ * n_)),
          products_(take(n_ * q_)),
          solution_(take(n_ * q_)),
          step_(take(n_ * q_)),
          squares_(take(q_)),
          exponents_(static_cast<std::size_t>(n_)) {}

    /// False: not to be solved this way (NaN, infinity, zero or extreme columns, g above `most`).
    bool factor(T most) {
        gram<T>(x_, nullptr, y_, factor_, products_, threads_);
        // Squares inside this window, and all products of two columns with them, have neither over- nor underflown.
        constexpr T least = sizeof(T) == 8 ? T(0x1p-800) : T(0x1p-80), largest = sizeof(T) == 8 ? T(0x1p+900) : T(0x1p+100);
        T least_square = largest, largest_square = 0;
        for (std::ptrdiff_t j = 0; j < n_; ++j) {
            const T square = factor_[j * n_ + j];
            if (!(square >= least && square <= largest)) return false;
            least_square = std::min(least_square, square);
            largest_square = std::max(largest_square, square);
            exponents_[j] = -static_cast<int>(std::ilogb(square)) / 2;
        }
        if (!(least_square >= largest_square * (sizeof(T) == 8 ? T(0x1p-600) : T(0x1p-60)))) return false;
        if (std::isnan(largest_finite<T>({products_, n_, q_, q_, 1}))) return false;
        // Powers of two on both sides bring the diagonal near one, exactly.
        for (std::ptrdiff_t i = 0; i < n_; ++i)
            for (std::ptrdiff_t j = 0; j < n_; ++j)
                factor_[i * n_ + j] = std::ldexp(factor_[i * n_ + j], exponents_[i] + exponents_[j]);
        std::vector<T> length(static_cast<std::size_t>(n_));
        for (std::ptrdiff_t j = 0; j < n_; ++j) length[j] = std::sqrt(factor_[j * n_ + j]);
        int info = 0;
        const MatrixView<T> l{factor_, n_, n_, n_, 1};
        if (cholesky<T>({as_const(l), 0, nullptr, nullptr}, {l, 0, nullptr, nullptr}, &info, threads_) != 0) return false;
        std::fill_n(inverse_, n_ * n_, T(0));
        for (std::ptrdiff_t j = 0; j < n_; ++j) inverse_[j * n_ + j] = 1;
        trsm<T>(lower(), {inverse_, n_, n_, n_, 1}, threads_);
        // g = |M|_2^2 <= |M|_1 |M|_inf, M the inverse of the factor of C: rows of L divided by their lengths.
        T rows = 0;
        std::vector<T> columns(static_cast<std::size_t>(n_));
        for (std::ptrdiff_t i = 0; i < n_; ++i) {
            T row = 0;
            for (std::ptrdiff_t j = 0; j <= i; ++j) {
                const T element = std::abs(inverse_[i * n_ + j]) * length[j];
                row += element;
                columns[j] += element;
            }
            rows = std::max(rows, row);
        }
        return rows * *std::max_element(columns.begin(), columns.end()) <= most;
    }

    /// The solutions, by rows; false when Y is not finite, or so large that it seems so.
    bool solve() {
        apply_inverse(products_, solution_);
        residuals();
        if (std::isnan(largest_finite<T>({squares_, 1, q_, 0, 1}))) return false;
        apply_inverse(products_, step_);
        for (std::ptrdiff_t j = 0; j < q_; ++j) {
            // |y - X (b + d)|^2 = |r|^2 - d.(X^T r), as X^T X d = X^T r.
            T gain = 0;
            for (std::ptrdiff_t i = 0; i < n_; ++i) gain += step_[i * q_ + j] * products_[i * q_ + j];
            squares_[j] = std::max(T(0), squares_[j] - gain);
            // A residual that has lost its digits to underflow is another method's; y = 0 has none.
            constexpr T least = sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-90);
            if (squares_[j] < least && largest_finite<T>({y_.data + j * y_.column_stride, m_, 1, y_.row_stride, 1}) != 0)
                return false;
        }
        for (std::ptrdiff_t i = 0; i < n_ * q_; ++i) solution_[i] += step_[i];
        return !std::isnan(largest_finite<T>({solution_, n_, q_, q_, 1}));
    }
    const T* solution() const { return solution_; }
    T residual_square(std::ptrdiff_t j) const { return squares_[j]; }

    /// The upper triangle R = L^T of X^T X = R^T R, n x n by rows, without the scaling.
    const T* triangle() {
        for (std::ptrdiff_t i = 0; i < n_; ++i)
            for (std::ptrdiff_t j = 0; j < n_; ++j)
                triangle_[i * n_ + j] = j < i ? T(0) : std::ldexp(factor_[j * n_ + i], -exponents_[j]);
        return triangle_;
    }

    /// |R|_F |R^-1|_F
    double condition() const {
        double squares = 0, inverse_squares = 0;
        for (std::ptrdiff_t i = 0; i < n_; ++i)
            for (std::ptrdiff_t j = 0; j <= i; ++j) {
                const double element = std::ldexp(static_cast<double>(factor_[i * n_ + j]), -exponents_[i]),
                             inverse = std::ldexp(static_cast<double>(inverse_[i * n_ + j]), exponents_[j]);
                squares += element * element;
                inverse_squares += inverse * inverse;
            }
        return std::sqrt(squares) * std::sqrt(inverse_squares);
    }

private:
    T* take(std::ptrdiff_t elements) { return workspace_.take<T>(static_cast<std::size_t>(elements)); }
    Triangular<T> lower() const { return {{factor_, n_, n_, n_, 1}, true, false}; }

    // to = (X^T X)^-1 right.
    void apply_inverse(const T* right, T* to) const {
        for (std::ptrdiff_t i = 0; i < n_; ++i)
            for (std::ptrdiff_t j = 0; j < q_; ++j) to[i * q_ + j] = std::ldexp(right[i * q_ + j], exponents_[i]);
        const MatrixView<T> z{to, n_, q_, q_, 1};
        trsm<T>(lower(), z, 1);
        trsm<T>({{factor_, n_, n_, 1, n_}, false, false}, z, 1);
        for (std::ptrdiff_t i = 0; i < n_; ++i)
            for (std::ptrdiff_t j = 0; j < q_; ++j) to[i * q_ + j] = std::ldexp(to[i * q_ + j], exponents_[i]);
    }

    // products_ = X^T (Y - X B), squares_ = |y_j - X b_j|^2: in one pass over X by blocks of rows that stay in a second-level cache
    // (2^15 doubles are 256 KiB) between the two products. Parts of rows are fixed by m and n alone and added in their order.
    void residuals() {
        const std::ptrdiff_t block = std::max<std::ptrdiff_t>(8, (1 << 15) / n_), blocks = (m_ + block - 1) / block,
                             parts = std::min<std::ptrdiff_t>(64, blocks);
        std::vector<T> sums(static_cast<std::size_t>(parts * (n_ + 1) * q_));
        parallel_for(parts, threads_, [&](std::ptrdiff_t part) {
            Workspace workspace(static_cast<std::size_t>(block * q_) * sizeof(T) + cache_line);
            T* const r = workspace.take<T>(static_cast<std::size_t>(block * q_));
            T *const products = sums.data() + part * (n_ + 1) * q_, *const squares = products + n_ * q_;
            for (std::ptrdiff_t b = blocks * part / parts; b < blocks * (part + 1) / parts; ++b) {
                const std::ptrdiff_t from = b * block, to = std::min(m_, from + block), count = to - from;
                const MatrixView<T> rest{r, count, q_, q_, 1};
                copy_scaled(rows_of(y_, from, to), 0, r, q_);
                gemm<T>(-1, rows_of(x_, from, to), {solution_, n_, q_, q_, 1}, 1, rest, 1);
                gemm<T>(1, transposed(rows_of(x_, from, to)), as_const(rest), 1, {products, n_, q_, q_, 1}, 1);
                for (std::ptrdiff_t j = 0; j < q_; ++j) {
                    T sum[4] = {};
                    for (std::ptrdiff_t i = 0; i < count; ++i) sum[i % 4] += r[i * q_ + j] * r[i * q_ + j];
                    squares[j] += (sum[0] + sum[2]) + (sum[1] + sum[3]);
                }
            }
        });
        std::fill_n(products_, n_ * q_, T(0));
        std::fill_n(squares_, q_, T(0));
        for (std::ptrdiff_t part = 0; part < parts; ++part) {
            const T *const products = sums.data() + part * (n_ + 1) * q_, *const squares = products + n_ * q_;
            for (std::ptrdiff_t i = 0; i < n_ * q_; ++i) products_[i] += products[i];
            for (std::ptrdiff_t j = 0; j < q_; ++j) squares_[j] += squares[j];
        }
    }

    const MatrixView<const T> x_, y_;
    const std::ptrdiff_t m_, n_, q_;
    const int threads_;
    Workspace workspace_;
    T *const factor_, *const inverse_, *const triangle_, *const products_, *const solution_, *const step_, *const squares_;
    std::vector<int> exponents_;
};

}  // namespace mlmath
