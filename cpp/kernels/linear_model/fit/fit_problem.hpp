// SPDX-License-Identifier: BSD-3-Clause
// fit: what the methods share: the penalized objective, and the record of the best iterate.
#pragma once
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/fit/fit_constants.hpp"
#include "kernels/linear_model/glm_pass/glm_pass.hpp"

namespace mlmath {

// The objective of linear_fit. Vectors have K rows of d + 1 elements, the intercept's last; without one its entries stay 0.
template <class T>
struct FitObjective {
    GlmPass<T>& pass;
    double l2;
    bool intercept;

    std::ptrdiff_t row() const { return pass.columns() + 1; }
    std::ptrdiff_t size() const { return pass.outputs() * row(); }
    std::ptrdiff_t scores() const { return pass.outputs() * pass.rows(); }
    std::ptrdiff_t unknowns() const { return pass.outputs() * (pass.columns() + (intercept ? 1 : 0)); }

    double evaluate(const double* theta, T* scores, double* gradient, double* hessian = nullptr) const {
        const std::ptrdiff_t d = pass.columns();
        double f = hessian == nullptr ? pass.gradient(theta, scores, gradient) : pass.hessian(theta, scores, gradient, hessian);
        double squares = 0;
        for (std::ptrdiff_t k = 0; k < size(); k += d + 1) {
            for (std::ptrdiff_t j = k; j < k + d; ++j) {
                squares += theta[j] * theta[j];
                gradient[j] += l2 * theta[j];
            }
            if (!intercept) gradient[k + d] = 0;
        }
        for (std::ptrdiff_t j = 0; hessian != nullptr && j < d; ++j) hessian[j * (d + 1) + j] += l2;
        return f + l2 / 2 * squares;
    }
    // f and df/dt at theta + t p, when theta's scores are `from` and those of theta + p are `to`.
    double line(const T* from, const T* to, const double* theta, const double* p, double t, double* slope) const {
        if (pass.outputs() > 1) {  // rare, and K exponentials a row: a pass instead
            Workspace memory(2 * static_cast<std::size_t>(size()) * sizeof(double) + 2 * cache_line);
            double* at = memory.take<double>(static_cast<std::size_t>(size()));
            double* gradient = memory.take<double>(static_cast<std::size_t>(size()));
            for (std::ptrdiff_t j = 0; j < size(); ++j) at[j] = theta[j] + t * p[j];
            const double f = evaluate(at, nullptr, gradient);
            *slope = 0;
            for (std::ptrdiff_t j = 0; j < size(); ++j) *slope += gradient[j] * p[j];
            return f;
        }
        const double f = pass.line(from, to, t, slope);
        double square = 0, product = 0;
        for (std::ptrdiff_t j = 0; j < pass.columns(); ++j) {
            const double at = theta[j] + t * p[j];
            square += at * at;
            product += at * p[j];
        }
        *slope += l2 * product;
        return f + l2 / 2 * square;
    }
    // What rounding may change in f. Blocks are summed in T: a few eps of them; 16 of them as scikit-learn's Newton method has it.
    static double noise(double f) { return 16 * static_cast<double>(std::numeric_limits<T>::epsilon()) * std::fabs(f); }
};

inline double largest(const double* g, std::ptrdiff_t size) {
    double largest = 0;
    for (std::ptrdiff_t j = 0; j < size; ++j) largest = std::isnan(g[j]) ? g[j] : std::max(largest, std::fabs(g[j]));
    return largest;
}
inline double dot_of(const double* a, const double* b, std::ptrdiff_t size) {
    double sum = 0;
    for (std::ptrdiff_t j = 0; j < size; ++j) sum += a[j] * b[j];
    return sum;
}
inline double sum_of_sizes(const double* g, std::ptrdiff_t size) {
    double sum = 0;
    for (std::ptrdiff_t j = 0; j < size; ++j) sum += std::fabs(g[j]);
    return sum;
}

// Keeps the best iterate and tells the watch. `theta` null: a fit within a fit, of which nothing is kept.
class FitProgress {
public:
    FitProgress(const FitOptions& options, FitWatch* watch, double* theta, std::ptrdiff_t size)
        : options(options), watch_(watch), theta_(theta), size_(size), start_(std::chrono::steady_clock::now()) {}

    FitOptions options;
    FitOutcome outcome;
    int iteration = -1;         // of the last record; -1: none
    bool columns_stay = false;  // newton does not ask for other columns (FitEnd::far)

    // From here on theta is that of columns less `means` (fit_centred.hpp), and so is the best one, up to uncentre().
    void centre(const double* means, double* room) {
        uncentre();
        means_ = means, room_ = room, iteration = -1, outcome = {}, columns_stay = true;
        theta_[size_ - 1] += dot_of(means, theta_, size_ - 1);
    }
    void uncentre() {
        if (means_ != nullptr) theta_[size_ - 1] -= dot_of(means_, theta_, size_ - 1);
        means_ = nullptr;
    }
    bool centred() const { return means_ != nullptr; }

    // The next iterate. False: stop, outcome.stop says why. `noise`: what rounding may change in f.
    bool record(const double* theta, double f, const double* gradient, double noise) {
        ++iteration;
        const double gradient_max = largest(gradient, size_);
        // An iterate that certifies is the result, whatever rounding makes of its objective: it is what the fit ends with.
        const bool certifies = gradient_max <= options.tolerance;
        const bool certified = iteration > 0 && outcome.gradient_max <= options.tolerance;
        const bool better =
            iteration == 0 || f < outcome.objective || (f <= outcome.objective + noise && gradient_max < outcome.gradient_max);
        last_is_best_ = certifies || (better && !certified);
        if (last_is_best_) {
            outcome.objective = f;
            outcome.gradient_max = gradient_max;
            outcome.gradient_square = dot_of(gradient, gradient, size_);
            outcome.decrement = -1;
            if (theta_ != nullptr && theta_ != theta) std::copy(theta, theta + size_, theta_);
        }
        outcome.iterations = iteration;
        if (watch_ != nullptr && means_ != nullptr) {
            std::copy(theta, theta + size_, room_);
            room_[size_ - 1] -= dot_of(means_, theta, size_ - 1);
        }
        if (watch_ != nullptr &&
            watch_->iteration(watch_->context, iteration, f, gradient_max, means_ == nullptr ? theta : room_)) {
            outcome.stop = FitStop::watch;
            return false;
        }
        if (options.seconds > 0 &&
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() > options.seconds) {
            outcome.stop = FitStop::time;
            return false;
        }
        return true;
    }

    // Whether the last iterate is the one that is kept.
    bool last_is_best() const { return last_is_best_; }

private:
    bool last_is_best_ = false;
    const double* means_ = nullptr;
    double* room_ = nullptr;  // as many as theta
    FitWatch* watch_;
    double* theta_;
    std::ptrdiff_t size_;
    std::chrono::steady_clock::time_point start_;
};

// Whether a row that counts has moved (separable_margin). One output.
template <class T>
bool margins_move(const GlmPass<T>& pass, const T* before, const T* after) {
    const T limit = static_cast<T>(separable_margin);
    for (std::ptrdiff_t i = 0; i < pass.rows(); ++i)
        if (std::fabs(after[i] - before[i]) > limit && (pass.weights() == nullptr || pass.weights()[i] > 0)) return true;
    return false;
}

// A method goes on from theta until it ends, and returns why. `singular`: newton's Hessian; theta is then the last iterate. `far`:
// columns are so far from 0 that newton's Hessian has lost their spread; nothing was done.
enum class FitEnd { converged, iterations, stopped, diverged, rounding, singular, far };

// Whether columns lose their spread in H, the sums of h (x, 1) (x, 1)^T.
// Arithmetic: H_jj / H_bb is mean^2 + variance of column j, rounded to eps of T; and with a mean of m spreads a gradient carries
// m^2 eps of rounding, f as much as hides a decrement of that. Decision: far, when half of the digits of the variance are gone:
// m = 2^13 in double, 54 in float. There the gradient carries 1e-8 and 4e-4.
template <class T>
constexpr double far_variance = sizeof(T) == 8 ? 0x1p-26 : 0x1.6ap-12;
template <class T>
bool far_columns(const double* hessian, std::ptrdiff_t d) {
    const std::ptrdiff_t size = d + 1;
    const double weight = hessian[d * size + d];
    for (std::ptrdiff_t j = 0; weight > 0 && j < d; ++j) {
        const double mean = hessian[d * size + j] / weight, square = hessian[j * size + j] / weight;
        if (square > 0 && square - mean * mean <= far_variance<T> * square) return true;
    }
    return false;
}

struct NewtonGoal {
    double gradient_max, decrement;  // both must be reached
    int iterations;
};

// d + 1 unknowns' factor of H (scaled to a unit diagonal), which a fit may hand to the next.
class NewtonFactor {
public:
    explicit NewtonFactor(std::ptrdiff_t unknowns);
    bool factorize(const double* hessian, std::ptrdiff_t row_stride);  // false: singular to rounding
    double solve(const double* gradient, double* step) const;          // step = -H^-1 g; returns g^T H^-1 g
    bool ready() const { return ready_; }
    void forget() { ready_ = false; }

private:
    std::ptrdiff_t unknowns_;
    Workspace memory_;
    double *l_, *scale_, *work_;
    bool ready_ = false;
};

template <class T>
FitEnd newton(const FitObjective<T>& objective, FitProgress& progress, const NewtonGoal& goal, NewtonFactor& factor, double* theta,
              bool* separable);
template <class T>
FitEnd lbfgs(const FitObjective<T>& objective, FitProgress& progress, double* theta);
template <class T>
FitEnd descent(const FitObjective<T>& objective, FitProgress& progress, const LinearData<T>& data, FitMethod method, double rate,
               double* theta);

// What f may exceed its minimum by at theta, whose gradient's square is gradient_square; -1: not known.
template <class T>
double suboptimality(const FitObjective<T>& objective, const double* theta, double gradient_square);

// Where the objective falls enough and its slope is small (the strong Wolfe conditions), on stored scores; 0: nowhere found.
template <class T>
double wolfe_step(const FitObjective<T>& objective, const T* from, const T* to, const double* theta, const double* p, double f,
                  double slope);

}  // namespace mlmath
