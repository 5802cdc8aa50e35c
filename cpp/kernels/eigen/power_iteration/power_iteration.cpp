// SPDX-License-Identifier: BSD-3-Clause
// power_iteration: scaling, products, the small problems of Rayleigh and Ritz, history.
#include "kernels/eigen/power_iteration/power_iteration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/dot/dot.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"
#include "kernels/factor/qr/qr.hpp"

namespace mlmath {
namespace {

// Largest magnitudes with which sums of squares neither over- nor underflow; other matrices are copied, scaled.
template <class T>
bool harmless(T largest) {
    return largest == 0 ||
           (largest >= (sizeof(T) == 8 ? T(0x1p-300) : T(0x1p-30)) && largest <= (sizeof(T) == 8 ? T(0x1p+300) : T(0x1p+30)));
}

template <class T>
class Iteration {
public:
    Iteration(MatrixView<const T> a, std::ptrdiff_t block, int threads)
        : a_(a),
          n_(a.rows),
          b_(block),
          threads_(threads),
          workspace_(static_cast<std::size_t>(4 * n_ * b_ + 4 * b_ * b_ + 2 * b_) * sizeof(T) + 12 * cache_line) {
        for (MatrixView<T>* m : {&x_, &y_, &v_, &av_}) *m = {take(n_ * b_), n_, b_, b_, 1};
        for (MatrixView<T>* m : {&h_, &s_, &ordered_, &r_}) *m = {take(b_ * b_), b_, b_, b_, 1};
        theta_ = take(b_);
        sorted_ = take(b_);
    }
    MatrixView<T> x() const { return x_; }  // the start goes in here

    /// theta and vectors() from the subspace that x spans; x becomes the next one with advance().
    void look() {
        gemm<T>(1, a_, as_const(x_), 0, y_, threads_);
        if (b_ == 1) {
            sorted_[0] = dot<T>(column(x_, 0), column(y_, 0), threads_);
            std::swap(v_, x_);
            std::swap(av_, y_);
            return;
        }
        gemm<T>(1, transposed(as_const(x_)), as_const(y_), 0, h_, threads_);
        jacobi_eigh<T>(1, as_const(h_), 0, true, theta_, s_.data, 1);
        std::vector<std::ptrdiff_t> order(static_cast<std::size_t>(b_));
        std::iota(order.begin(), order.end(), std::ptrdiff_t{0});
        std::stable_sort(order.begin(), order.end(),
                         [&](std::ptrdiff_t i, std::ptrdiff_t j) { return std::abs(theta_[i]) > std::abs(theta_[j]); });
        for (std::ptrdiff_t j = 0; j < b_; ++j) {
            sorted_[j] = theta_[order[j]];
            for (std::ptrdiff_t i = 0; i < b_; ++i) ordered_.data[i * b_ + j] = s_.data[i * b_ + order[j]];
        }
        gemm<T>(1, as_const(x_), as_const(ordered_), 0, v_, threads_);
        gemm<T>(1, as_const(y_), as_const(ordered_), 0, av_, threads_);
    }
    T value(std::ptrdiff_t j) const { return sorted_[j]; }
    MatrixView<T> vectors() const { return v_; }
    /// |A v_j - theta_j v_j|, which may take the place of y.
    T residual(std::ptrdiff_t j) {
        for (std::ptrdiff_t i = 0; i < n_; ++i) y_.data[i] = av_.data[i * b_ + j] - sorted_[j] * v_.data[i * b_ + j];
        const VectorView<const T> r{y_.data, n_, 1};
        return std::sqrt(dot<T>(r, r, threads_));
    }
    void advance() {
        if (b_ > 1) return orthonormal(av_);
        const T length = std::sqrt(dot<T>(column(av_, 0), column(av_, 0), threads_));
        for (std::ptrdiff_t i = 0; i < n_; ++i) x_.data[i] = av_.data[i] / length;
    }
    /// x <- columns of length one that span the same as those of `from`.
    void orthonormal(MatrixView<T> from) {
        const auto alone = [](auto m) { return Stack<std::remove_pointer_t<decltype(m.data)>>{m, 0, nullptr, nullptr}; };
        qr<T>(alone(as_const(from)), alone(x_), alone(r_), threads_);
    }

private:
    T* take(std::ptrdiff_t count) { return workspace_.take<T>(static_cast<std::size_t>(count)); }
    static VectorView<const T> column(MatrixView<T> m, std::ptrdiff_t j) { return {m.data + j, m.rows, m.row_stride}; }

    const MatrixView<const T> a_;
    const std::ptrdiff_t n_, b_;
    const int threads_;
    Workspace workspace_;
    MatrixView<T> x_, y_, v_, av_, h_, s_, ordered_, r_;
    T *theta_, *sorted_;
};

}  // namespace

template <class T>
PowerOutcome power_iteration(MatrixView<const T> a, MatrixView<T> x, std::ptrdiff_t wanted, T tolerance, std::ptrdiff_t most_steps,
                             T* w, std::vector<T>& values, std::vector<T>& residuals, int threads) {
    const std::ptrdiff_t n = a.rows, b = x.columns;
    const T largest = largest_finite(a);
    if (std::isnan(largest)) return {0, false, false};
    int exponent = 0;
    Workspace workspace(harmless(largest) ? 0 : static_cast<std::size_t>(n * n) * sizeof(T));
    if (!harmless(largest)) {
        exponent = exponent_to_one(largest);
        T* const scaled = workspace.take<T>(static_cast<std::size_t>(n * n));
        copy_scaled(a, exponent, scaled, n);
        a = {scaled, n, n, n, 1};
    }
    Iteration<T> iteration(a, b, threads);
    for (std::ptrdiff_t j = 0; j < b; ++j) {
        const MatrixView<const T> column{x.data + j * x.column_stride, n, 1, x.row_stride, 1};
        const T of_column = largest_finite(column);
        if (!(of_column > 0)) return {0, false, false};
        copy_scaled(column, exponent_to_one(of_column), iteration.vectors().data + j, b);
    }
    iteration.orthonormal(iteration.vectors());
    PowerOutcome outcome{0, false, true};
    parallel(1, [&](Team& team) {
        while (outcome.steps < most_steps && !outcome.converged) {
            if (team.poll()) return;
            if (outcome.steps > 0) iteration.advance();
            iteration.look();
            ++outcome.steps;
            T worst = 0;
            for (std::ptrdiff_t j = 0; j < wanted; ++j) {
                const T residual = iteration.residual(j);
                worst = std::max(worst, residual);
                values.push_back(std::ldexp(iteration.value(j), -exponent));
                residuals.push_back(std::ldexp(residual, -exponent));
            }
            outcome.converged = worst <= tolerance * std::abs(iteration.value(0));
        }
    });
    for (std::ptrdiff_t j = 0; j < b; ++j) {
        w[j] = std::ldexp(iteration.value(j), -exponent);
        for (std::ptrdiff_t i = 0; i < n; ++i) x.data[i * x.row_stride + j * x.column_stride] = iteration.vectors().data[i * b + j];
    }
    return outcome;
}

template PowerOutcome power_iteration(MatrixView<const double>, MatrixView<double>, std::ptrdiff_t, double, std::ptrdiff_t, double*,
                                      std::vector<double>&, std::vector<double>&, int);
template PowerOutcome power_iteration(MatrixView<const float>, MatrixView<float>, std::ptrdiff_t, float, std::ptrdiff_t, float*,
                                      std::vector<float>&, std::vector<float>&, int);

}  // namespace mlmath
