// SPDX-License-Identifier: BSD-3-Clause
// least_squares: scaling, row blocks and chunks, threads, and the way from the factors to the solution.
#include "kernels/factor/least_squares/least_squares.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/factor/least_squares/least_squares_panel.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LeastSquaresKernels, least_squares_kernels);

namespace {

const LeastSquaresPanel<double>& panel_of(const LeastSquaresKernels& k, double) { return k.f64; }
const LeastSquaresPanel<float>& panel_of(const LeastSquaresKernels& k, float) { return k.f32; }

// Constraint: a second thread must gain more than handing the work over costs (a few us). Arithmetic: 2 m n^2 flops at 20 Gflop/s:
// 2^18 for m n^2 are 26 us. Decision: threads from there on.
constexpr double work_worth_a_thread = 262144;

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

// Largest magnitude; NaN when there is a NaN or an infinity among the elements.
template <class T>
T largest_finite(MatrixView<const T> a) {
    T largest = 0, not_finite = 0;
    for (std::ptrdiff_t i = 0; i < a.rows; ++i)
        for (std::ptrdiff_t j = 0; j < a.columns; ++j) {
            const T x = a.data[i * a.row_stride + j * a.column_stride];
            largest = std::max(largest, std::abs(x));
            not_finite += x * 0;
        }
    return not_finite == 0 ? largest : std::numeric_limits<T>::quiet_NaN();
}

// to[i*stride + j] = a(i, j) 2^exponent, exactly; two factors, because 2^exponent itself may not be a number.
template <class T>
void copy_scaled(MatrixView<const T> a, int exponent, T* to, std::ptrdiff_t stride) {
    if (exponent == 0 && a.column_stride == 1) {
        for (std::ptrdiff_t i = 0; i < a.rows; ++i) std::copy_n(a.data + i * a.row_stride, a.columns, to + i * stride);
        return;
    }
    const T first = std::ldexp(T(1), exponent / 2), second = std::ldexp(T(1), exponent - exponent / 2);
    const bool by_columns = std::abs(a.column_stride) > std::abs(a.row_stride);  // in the order of memory
    const std::ptrdiff_t outer = by_columns ? a.columns : a.rows, inner = by_columns ? a.rows : a.columns;
    for (std::ptrdiff_t o = 0; o < outer; ++o)
        for (std::ptrdiff_t k = 0; k < inner; ++k) {
            const std::ptrdiff_t i = by_columns ? k : o, j = by_columns ? o : k;
            to[i * stride + j] = a.data[i * a.row_stride + j * a.column_stride] * first * second;
        }
}

template <class T>
MatrixView<const T> rows_of(MatrixView<const T> a, std::ptrdiff_t from, std::ptrdiff_t count) {
    return {a.data + from * a.row_stride, count, a.columns, a.row_stride, a.column_stride};
}

template <class T>
class Solver {
public:
    Solver(MatrixView<const T> x, MatrixView<const T> y, int threads)
        : x_(x),
          y_(y),
          m_(x.rows),
          n_(x.columns),
          q_(y.columns),
          places_(std::max(whole(n_ + q_), line)),
          z_places_(std::max(whole(q_), line)),
          tall_(n_ > 0 && m_ >= 2 * n_),
          chunk_(tall_ ? chunk_rows<T>(m_, n_) : 0),
          chunks_(tall_ ? (m_ + chunk_ - 1) / chunk_ : 1),
          rows_(tall_ ? n_ : m_),
          threads_(static_cast<double>(m_) * static_cast<double>(n_) * static_cast<double>(n_) < work_worth_a_thread ? 1 : threads),
          workspace_(bytes()),
          panel_(workspace_.take<T>(chunks_ * rows_ * places_)),
          squares_(workspace_.take<T>(chunks_ * q_)),
          z_(workspace_.take<T>(n_ * z_places_)),
          work_(workspace_.take<T>(rows_ + 3 * places_)),
          head_(workspace_.take<T>(2 * n_)),
          exponents_(workspace_.take<int>(q_ + 1)),
          column_(workspace_.take<std::ptrdiff_t>(n_)) {}

    LeastSquaresOutcome solve(double rcond, T* coefficients, T* residual_norms) {
        std::fill(exponents_, exponents_ + q_ + 1, 0);
        reduce();
        if (!panel_in_window()) {
            if (!choose_exponents()) return {{Outcome::not_finite, -1, 0}, 0, 0};
            reduce();
        }
        LeastSquaresOutcome outcome;
        outcome.rank = kernels_.factor(panel_, places_, rows_, n_, places_, static_cast<T>(rcond), column_, work_);
        kernels_.add_squares(panel_ + outcome.rank * places_, places_, rows_ - outcome.rank, n_, q_, squares_);
        for (std::ptrdiff_t j = 0; j < q_; ++j) residual_norms[j] = std::ldexp(std::sqrt(squares_[j]), -exponents_[1 + j]);
        back_substitute(outcome.rank);
        for (std::ptrdiff_t k = 0; k < n_; ++k)
            for (std::ptrdiff_t j = 0; j < q_; ++j)
                coefficients[column_[k] * q_ + j] = std::ldexp(z_[k * z_places_ + j], exponents_[0] - exponents_[1 + j]);
        outcome.condition = condition(outcome.rank);
        return outcome;
    }

private:
    static constexpr std::ptrdiff_t line = 64 / sizeof(T);
    static constexpr std::ptrdiff_t whole(std::ptrdiff_t n) { return (n + line - 1) / line * line; }

    std::size_t bytes() const {
        const std::ptrdiff_t elements = chunks_ * (rows_ * places_ + q_) + n_ * z_places_ + rows_ + 3 * places_ + 2 * n_;
        return elements * sizeof(T) + (q_ + 1) * sizeof(int) + n_ * sizeof(std::ptrdiff_t) + 8 * cache_line;
    }

    // Rows [from, from + count) of [X Y], scaled, zeros behind them.
    void copy_rows(std::ptrdiff_t from, std::ptrdiff_t count, T* to) const {
        copy_scaled(rows_of(x_, from, count), exponents_[0], to, places_);
        const bool uniform = std::all_of(exponents_ + 1, exponents_ + 1 + q_, [](int e) { return e == 0; });
        if (uniform) {
            copy_scaled(rows_of(y_, from, count), 0, to + n_, places_);
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

    // z = P^T b: T^-1 of the reduced right-hand sides, then zeros, then back through the reflections from the right.
    void back_substitute(std::ptrdiff_t rank) {
        std::fill(z_, z_ + n_ * z_places_, T(0));
        for (std::ptrdiff_t k = 0; k < rank; ++k) std::copy_n(panel_ + k * places_ + n_, q_, z_ + k * z_places_);
        if (rank < n_) kernels_.reduce_rows(panel_, places_, rank, n_, head_, head_ + n_);
        kernels_.solve(panel_, places_, rank, z_, z_places_, z_places_);
        if (rank < n_) kernels_.expand(panel_, places_, rank, n_, head_, head_ + n_, z_, z_places_, z_places_);
    }

    // |T|_F |T^-1|_F, between the 2-norm condition of T and rank times that.
    double condition(std::ptrdiff_t rank) {
        if (rank == 0) return 0;
        const std::ptrdiff_t stride = whole(rank);
        Workspace workspace(rank * stride * sizeof(T));
        T* inverse = workspace.take<T>(rank * stride);
        std::fill(inverse, inverse + rank * stride, T(0));
        for (std::ptrdiff_t k = 0; k < rank; ++k) inverse[k * stride + k] = 1;
        kernels_.solve(panel_, places_, rank, inverse, stride, stride);
        double squares = 0, inverse_squares = 0;
        for (std::ptrdiff_t i = 0; i < rank; ++i)
            for (std::ptrdiff_t j = i; j < rank; ++j) {
                squares += static_cast<double>(panel_[i * places_ + j]) * static_cast<double>(panel_[i * places_ + j]);
                inverse_squares += static_cast<double>(inverse[i * stride + j]) * static_cast<double>(inverse[i * stride + j]);
            }
        return std::sqrt(squares) * std::sqrt(inverse_squares);
    }

    const LeastSquaresPanel<T>& kernels_ = panel_of(active(least_squares_kernels_by_level), T());
    const MatrixView<const T> x_, y_;
    const std::ptrdiff_t m_, n_, q_, places_, z_places_;
    const bool tall_;
    const std::ptrdiff_t chunk_, chunks_, rows_;
    const int threads_;
    Workspace workspace_;
    T *const panel_, *const squares_, *const z_, *const work_, *const head_;
    int* const exponents_;  // of X, then of each column of Y
    std::ptrdiff_t* const column_;
};

}  // namespace

template <class T>
LeastSquaresOutcome least_squares(MatrixView<const T> x, MatrixView<const T> y, double rcond, T* coefficients, T* residual_norms,
                                  int threads) {
    check_same_size("least_squares", "rows of x", x.rows, "rows of y", y.rows);
    check_non_negative("least_squares", "rcond", rcond);
    return Solver<T>(x, y, threads).solve(rcond, coefficients, residual_norms);
}

template LeastSquaresOutcome least_squares(MatrixView<const double>, MatrixView<const double>, double, double*, double*, int);
template LeastSquaresOutcome least_squares(MatrixView<const float>, MatrixView<const float>, double, float*, float*, int);

}  // namespace mlmath
