// SPDX-License-Identifier: BSD-3-Clause
// least_squares, the reduction: [X Y] brought by orthogonal transformations to a small panel with the same singular values and
// right-hand sides, chunk by chunk of rows where X is tall. Part of least_squares and lstsq.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/factor/least_squares/least_squares_panel.hpp"

namespace mlmath {

// Constraint: a second thread must gain more than handing the work over costs (a few us). Arithmetic: 2 m n^2 flops at 20 Gflop/s:
// 2^18 for m n^2 are 26 us. Decision: threads from there on.
constexpr double least_squares_worth_a_thread = 262144;

// Constraint: sums of squares must neither overflow nor lose what matters beside the largest element M: (M eps)^2 >= smallest
// normal / eps. Arithmetic: double 2^-433 <= M, float 2^-28 <= M; above, products of two and the sum over all rows: M <= 2^500,
// 2^60. Decision: inside this window numbers are taken as they are; outside, a second attempt scales by powers of two, which is
// exact.
template <class T>
constexpr T smallest_unscaled = sizeof(T) == 8 ? T(0x1p-400) : T(0x1p-28);
template <class T>
constexpr T largest_unscaled = sizeof(T) == 8 ? T(0x1p+500) : T(0x1p+60);
template <class T>
bool in_window(T largest) {
    return largest >= smallest_unscaled<T> && largest <= largest_unscaled<T>;
}

template <class T>
class ReducedSystem {
public:
    static constexpr std::ptrdiff_t line = 64 / sizeof(T);
    static constexpr std::ptrdiff_t whole(std::ptrdiff_t n) { return (n + line - 1) / line * line; }

    ReducedSystem(const LeastSquaresPanel<T>& kernels, MatrixView<const T> x, MatrixView<const T> y, int threads)
        : kernels_(kernels),
          x_(x),
          y_(y),
          m_(x.rows),
          n_(x.columns),
          q_(y.columns),
          places_(std::max(whole(n_ + q_), line)),
          tall_(n_ > 0 && m_ >= 2 * n_),
          chunk_(tall_ ? chunk_rows<T>(m_, n_) : 0),
          chunks_(tall_ ? (m_ + chunk_ - 1) / chunk_ : 1),
          rows_(tall_ ? n_ : m_),
          threads_(static_cast<double>(m_) * static_cast<double>(n_) * static_cast<double>(n_) < least_squares_worth_a_thread
                       ? 1
                       : threads),
          workspace_(bytes()),
          panel_(workspace_.take<T>(chunks_ * rows_ * places_)),
          squares_(workspace_.take<T>(chunks_ * q_)),
          work_(workspace_.take<T>(rows_ + 3 * places_)),
          exponents_(workspace_.take<int>(q_ + 1)),
          column_(workspace_.take<std::ptrdiff_t>(n_)) {}

    /// False: NaN or infinity in X or Y.
    bool reduce_in_window() {
        std::fill(exponents_, exponents_ + q_ + 1, 0);
        reduce();
        if (panel_in_window()) return true;
        if (!choose_exponents()) return false;
        reduce();
        return true;
    }

    /// QR with column pivoting of the panel; the rank by rcond. What lies below it joins the residuals' squares.
    std::ptrdiff_t factor(T rcond) {
        const std::ptrdiff_t rank = kernels_.factor(panel_, places_, rows_, n_, places_, rcond, column_, work_);
        kernels_.add_squares(panel_ + rank * places_, places_, rows_ - rank, n_, q_, squares_);
        return rank;
    }

    T* panel() const { return panel_; }
    std::ptrdiff_t places() const { return places_; }
    std::ptrdiff_t rows() const { return rows_; }
    /// Which column of X stands in place k of the factored panel.
    std::ptrdiff_t column(std::ptrdiff_t k) const { return column_[k]; }
    /// |X b_j - y_j|, after factor().
    T residual_norm(std::ptrdiff_t j) const { return std::ldexp(std::sqrt(squares_[j]), -exponents_[1 + j]); }
    T residual_square(std::ptrdiff_t j) const { return std::ldexp(squares_[j], -2 * exponents_[1 + j]); }
    /// X and y_j stand in the panel as 2^exponent times themselves.
    int exponent_of_x() const { return exponents_[0]; }
    int exponent_of_y(std::ptrdiff_t j) const { return exponents_[1 + j]; }

private:
    std::size_t bytes() const {
        const std::ptrdiff_t elements = chunks_ * (rows_ * places_ + q_) + rows_ + 3 * places_;
        return elements * sizeof(T) + (q_ + 1) * sizeof(int) + n_ * sizeof(std::ptrdiff_t) + 6 * cache_line;
    }

    // Rows [from, from + count) of [X Y], scaled, zeros behind them.
    void copy_rows(std::ptrdiff_t from, std::ptrdiff_t count, T* to) const {
        copy_scaled(rows_of(x_, from, from + count), exponents_[0], to, places_);
        const bool uniform = std::all_of(exponents_ + 1, exponents_ + 1 + q_, [](int e) { return e == 0; });
        if (uniform) {
            copy_scaled(rows_of(y_, from, from + count), 0, to + n_, places_);
        } else {
            for (std::ptrdiff_t j = 0; j < q_; ++j)
                copy_scaled({y_.data + from * y_.row_stride + j * y_.column_stride, count, 1, y_.row_stride, 1}, exponents_[1 + j],
                            to + n_ + j, places_);
        }
        for (std::ptrdiff_t i = 0; i < count; ++i) std::fill(to + i * places_ + n_ + q_, to + (i + 1) * places_, T(0));
    }

    // Fills panel_ (rows_ x places_) with a matrix that has the singular values and right-hand sides of [X Y], and squares_ with
    // what of |y|^2 is already known to be out of reach. Tall: its triangle, chunk by chunk of rows; else a copy.
    void reduce() {
        std::fill(squares_, squares_ + chunks_ * q_, T(0));
        if (!tall_) return copy_rows(0, m_, panel_);
        const std::ptrdiff_t block = block_rows<T>(n_);
        parallel_for(chunks_, threads_, [&](std::ptrdiff_t c) {
            Workspace workspace((block * places_ + block + places_) * sizeof(T) + 2 * cache_line);
            T *rows = workspace.take<T>(block * places_), *work = workspace.take<T>(block + places_);
            T *triangle = panel_ + c * n_ * places_, *squares = squares_ + c * q_;
            std::fill(triangle, triangle + n_ * places_, T(0));
            const std::ptrdiff_t end = std::min(m_, (c + 1) * chunk_);
            for (std::ptrdiff_t i = c * chunk_; i < end; i += block) {
                const std::ptrdiff_t count = std::min(block, end - i);
                copy_rows(i, count, rows);
                kernels_.absorb(triangle, places_, rows, places_, count, n_, places_, work);
                kernels_.add_squares(rows, places_, count, n_, q_, squares);
            }
        });
        for (std::ptrdiff_t c = 1; c < chunks_; ++c) {
            T* triangle = panel_ + c * n_ * places_;
            kernels_.absorb(panel_, places_, triangle, places_, n_, n_, places_, work_);
            kernels_.add_squares(triangle, places_, n_, n_, q_, squares_);
            for (std::ptrdiff_t j = 0; j < q_; ++j) squares_[j] += squares_[c * q_ + j];
        }
    }

    // Whether everything was finite and so large and small that no square was lost. A NaN or infinity of the input is never lost:
    // every element of a column meets every row of the triangle that is not zero.
    bool panel_in_window() const {
        if (n_ > 0 && m_ > 0 && !in_window(largest_finite<T>({panel_, rows_, n_, places_, 1}))) return false;
        for (std::ptrdiff_t j = 0; j < q_ && m_ > 0; ++j) {
            const T largest = std::max(largest_finite<T>({panel_ + n_ + j, rows_, 1, places_, 1}), std::sqrt(squares_[j]));
            if (!in_window(largest) || !std::isfinite(squares_[j])) return false;
        }
        return true;
    }

    // Powers of two that bring the largest magnitude of X, and of each column of Y, to [1/2, 1). False on NaN and infinity.
    bool choose_exponents() {
        for (std::ptrdiff_t j = -1; j < q_; ++j) {
            const T largest =
                j < 0 ? largest_finite(x_) : largest_finite<T>({y_.data + j * y_.column_stride, m_, 1, y_.row_stride, 1});
            if (std::isnan(largest)) return false;
            int exponent = 0;
            if (largest != 0) std::frexp(largest, &exponent);
            exponents_[1 + j] = -exponent;
        }
        return true;
    }

    const LeastSquaresPanel<T>& kernels_;
    const MatrixView<const T> x_, y_;
    const std::ptrdiff_t m_, n_, q_, places_;
    const bool tall_;
    const std::ptrdiff_t chunk_, chunks_, rows_;
    const int threads_;
    Workspace workspace_;
    T *const panel_, *const squares_, *const work_;
    int* const exponents_;  // of X, then of each column of Y
    std::ptrdiff_t* const column_;
};

}  // namespace mlmath
