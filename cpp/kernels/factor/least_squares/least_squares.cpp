// SPDX-License-Identifier: BSD-3-Clause
// least_squares: the choice of the method, and the way from the factors to the solution.
#include "kernels/factor/least_squares/least_squares.hpp"

#include "core/check.hpp"
#include "kernels/factor/least_squares/normal_equations.hpp"
#include "kernels/factor/least_squares/reduced_system.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LeastSquaresKernels, least_squares_kernels);

namespace {

// By rank-revealing QR.
template <class T>
class Solver {
public:
    Solver(MatrixView<const T> x, MatrixView<const T> y, int threads)
        : n_(x.columns),
          q_(y.columns),
          z_places_(std::max(ReducedSystem<T>::whole(q_), ReducedSystem<T>::line)),
          system_(kernels_, x, y, threads),
          workspace_(static_cast<std::size_t>(n_ * z_places_ + 2 * n_) * sizeof(T) + 2 * cache_line),
          z_(workspace_.take<T>(n_ * z_places_)),
          head_(workspace_.take<T>(2 * n_)) {}

    LeastSquaresOutcome solve(double rcond, T* coefficients, T* residual_norms) {
        if (!system_.reduce_in_window()) return {{Outcome::not_finite, -1, 0}};
        LeastSquaresOutcome outcome;
        outcome.rank = system_.factor(static_cast<T>(rcond));
        for (std::ptrdiff_t j = 0; j < q_; ++j) residual_norms[j] = system_.residual_norm(j);
        back_substitute(outcome.rank);
        for (std::ptrdiff_t k = 0; k < n_; ++k)
            for (std::ptrdiff_t j = 0; j < q_; ++j)
                coefficients[system_.column(k) * q_ + j] =
                    std::ldexp(z_[k * z_places_ + j], system_.exponent_of_x() - system_.exponent_of_y(j));
        outcome.condition = condition(outcome.rank);
        return outcome;
    }

private:
    // z = P^T b: T^-1 of the reduced right-hand sides, then zeros, then back through the reflections from the right.
    void back_substitute(std::ptrdiff_t rank) {
        T* const panel = system_.panel();
        const std::ptrdiff_t places = system_.places();
        std::fill(z_, z_ + n_ * z_places_, T(0));
        for (std::ptrdiff_t k = 0; k < rank; ++k) std::copy_n(panel + k * places + n_, q_, z_ + k * z_places_);
        if (rank < n_) kernels_.reduce_rows(panel, places, rank, n_, head_, head_ + n_);
        kernels_.solve(panel, places, rank, z_, z_places_, z_places_);
        if (rank < n_) kernels_.expand(panel, places, rank, n_, head_, head_ + n_, z_, z_places_, z_places_);
    }

    // |T|_F |T^-1|_F, between the 2-norm condition of T and rank times that.
    double condition(std::ptrdiff_t rank) const {
        if (rank == 0) return 0;
        const T* const panel = system_.panel();
        const std::ptrdiff_t places = system_.places(), stride = system_.whole(rank);
        Workspace workspace(rank * stride * sizeof(T));
        T* inverse = workspace.take<T>(rank * stride);
        std::fill(inverse, inverse + rank * stride, T(0));
        for (std::ptrdiff_t k = 0; k < rank; ++k) inverse[k * stride + k] = 1;
        kernels_.solve(panel, places, rank, inverse, stride, stride);
        double squares = 0, inverse_squares = 0;
        for (std::ptrdiff_t i = 0; i < rank; ++i)
            for (std::ptrdiff_t j = i; j < rank; ++j) {
                squares += static_cast<double>(panel[i * places + j]) * static_cast<double>(panel[i * places + j]);
                inverse_squares += static_cast<double>(inverse[i * stride + j]) * static_cast<double>(inverse[i * stride + j]);
            }
        return std::sqrt(squares) * std::sqrt(inverse_squares);
    }

    const LeastSquaresPanel<T>& kernels_ = active(least_squares_kernels_by_level).of(T());
    const std::ptrdiff_t n_, q_, z_places_;
    ReducedSystem<T> system_;
    Workspace workspace_;
    T *const z_, *const head_;
};

}  // namespace

template <class T>
LeastSquaresOutcome least_squares(MatrixView<const T> x, MatrixView<const T> y, double rcond, LeastSquaresMethod method,
                                  T* coefficients, T* residual_norms, int threads) {
    check_same_size("least_squares", "rows of x", x.rows, "rows of y", y.rows);
    check_non_negative("least_squares", "rcond", rcond);
    const std::ptrdiff_t n = x.columns, q = y.columns;
    if (method == LeastSquaresMethod::cholesky || (method == LeastSquaresMethod::automatic && normal_equations_pay(x.rows, n, q))) {
        // rcond above 1 / condition would mean a lower rank: that is for QR to find out.
        NormalEquations<T> equations(x, y, threads);
        const bool factored = n > 0 && equations.factor(largest_growth<T>);
        const double condition = factored ? equations.condition() : 0;
        if (factored && condition * rcond < 1 && equations.solve()) {
            std::copy_n(equations.solution(), n * q, coefficients);
            for (std::ptrdiff_t j = 0; j < q; ++j) residual_norms[j] = std::sqrt(equations.residual_square(j));
            return {{}, LeastSquaresMethod::cholesky, n, condition};
        }
        if (method == LeastSquaresMethod::cholesky) return {{Outcome::not_positive_definite, -1, 0}};
    }
    return Solver<T>(x, y, threads).solve(rcond, coefficients, residual_norms);
}

#define MLMATH_LEAST_SQUARES(T) \
    template LeastSquaresOutcome least_squares(MatrixView<const T>, MatrixView<const T>, double, LeastSquaresMethod, T*, T*, int)
MLMATH_LEAST_SQUARES(double);
MLMATH_LEAST_SQUARES(float);

}  // namespace mlmath
