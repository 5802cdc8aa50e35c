// SPDX-License-Identifier: BSD-3-Clause
// multinomial: checks, choice of the method, Newton-Cholesky, L-BFGS with the Hessian's blocks as its scale.
#include "kernels/linear_model/multinomial/multinomial.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "kernels/linear_model/fit/fit_constants.hpp"
#include "kernels/linear_model/fit/lbfgs_pairs.hpp"
#include "kernels/linear_model/multinomial/multinomial_pass.hpp"

namespace mlmath {
namespace multinomial {
namespace {

constexpr double rounding = 0x1p-48;  // f is computed to 16 eps of max(1, |f|): smaller differences say nothing
constexpr double shortest = 0x1p-40;  // a shorter step changes nothing at full precision

// Constraint: one Newton step costs n (K P)^2 / 4 FMAs (P = columns), and about 8 are needed; one of L-BFGS 2 n K P, and about 40
//   with 8 Hessians of n K P^2 / 2. Arithmetic: 2 (K P)^2 < 80 K P + 4 K P^2. Newton ends with twice the digits, so half as much
//   again is given. Decision: K P <= 60 + 3 P, and at most 256, where the factorization of the whole begins to count.
MultinomialCurvature curvature_of(const Layout& l, FitMethod method) {
    const std::ptrdiff_t order = l.classes * l.columns;
    const bool small = order <= std::min<std::ptrdiff_t>(60 + 3 * l.columns, 256);
    if (method == FitMethod::newton || (small && method != FitMethod::lbfgs)) return MultinomialCurvature::full;
    // K factorizations of P^3 / 6 against n K P^2 / 2 for their sums, and K P^2 doubles: not for wide X.
    return l.columns <= 512 && l.columns <= 2 * l.n ? MultinomialCurvature::blocks : MultinomialCurvature::diagonal;
}

// What both methods share: the point, the trial, when to stop.
template <class T>
class Fit {
public:
    Fit(const LabelledData<T>& data, std::ptrdiff_t classes, const FitOptions& options, FitWatch* watch, double* theta,
        FitMethod method)
        : layout_(data.x.rows, data.x.columns, classes, options.intercept),
          data_(data),
          options_(options),
          watch_(watch),
          theta_(theta),
          curvature_(curvature_of(layout_, method)),
          pass_(data, layout_, options.l2, options.threads, curvature_),
          started_(std::chrono::steady_clock::now()),
          work_(static_cast<std::size_t>(5 * layout_.parameters + layout_.curvature_size(curvature_)) * 8 + 64 * 32),
          pairs_(curvature_ == MultinomialCurvature::full ? 0 : layout_.parameters, pass_.kernels()) {
        const auto size = static_cast<std::size_t>(layout_.parameters);
        for (double** piece : {&point_, &trial_, &gradient_, &trial_gradient_, &direction_}) *piece = work_.take<double>(size);
        hessian_ = work_.take<double>(static_cast<std::size_t>(layout_.curvature_size(curvature_)));
    }

    FitOutcome run() {
        std::fill(point_, point_ + layout_.parameters, 0.0);
        for (std::ptrdiff_t k = 0; k < layout_.classes; ++k)
            for (std::ptrdiff_t j = 0; j < layout_.columns; ++j)
                point_[k * layout_.row_stride + j] = theta_[k * (layout_.d + 1) + j];
        center(point_);
        std::copy(point_, point_ + layout_.parameters, trial_);
        const bool newton = curvature_ == MultinomialCurvature::full;
        outcome_.method = newton ? "newton" : "lbfgs";
        const Value first = pass_.at(trial_, trial_gradient_, curvature_, hessian_);
        if (!std::isfinite(first.objective)) {
            outcome_.status.outcome = Outcome::not_finite;
            outcome_.stop = FitStop::diverged;
            outcome_.objective = first.objective;
            return outcome_;
        }
        take(first);
        scale_hessian();
        try {
            iterate(newton);
        } catch (const Interrupted&) {
            outcome_.stop = FitStop::interrupted;
        }
        if (outcome_.stop != FitStop::converged) outcome_.status.outcome = Outcome::not_converged;
        outcome_.status.iterations = outcome_.iterations;
        outcome_.gradient_square = pass_.kernels().dot(gradient_, gradient_, layout_.parameters);
        if (newton && outcome_.decrement >= 0)
            outcome_.suboptimality = outcome_.decrement;  // twice the distance, to second order
        else if (options_.l2 > 0 && !options_.intercept)
            outcome_.suboptimality = outcome_.gradient_square / (2 * options_.l2);
        show_point();
        if (outcome_.stop == FitStop::converged && options_.l2 == 0 && !outcome_.separable) {
            FitOutcome result = outcome_;
            try {
                result.separable = grows(newton);
            } catch (const Interrupted&) {
                result.stop = FitStop::interrupted;
                result.status.outcome = Outcome::not_converged;
            }
            outcome_ = result;
        }
        return outcome_;
    }

private:
    void show_point() const {
        for (std::ptrdiff_t k = 0; k < layout_.classes; ++k)
            for (std::ptrdiff_t j = 0; j <= layout_.d; ++j)
                theta_[k * (layout_.d + 1) + j] = j < layout_.columns ? point_[k * layout_.row_stride + j] : 0;
    }

    // Whether a row's margins change by more than `limit`, when the point moves by `step`.
    bool margins_move(const double* step, double limit) const {
        const MatrixView<const T>& x = data_.x;
        for (std::ptrdiff_t i = 0; i < layout_.n; ++i) {
            if (data_.weights.data != nullptr && !(data_.weights.data[i * data_.weights.stride] > 0)) continue;
            double low = 0, high = 0;
            for (std::ptrdiff_t k = 0; k < layout_.classes; ++k) {
                const double* of = step + k * layout_.row_stride;
                double lane[8] = {}, score = layout_.columns > layout_.d ? of[layout_.d] : 0;
                std::ptrdiff_t j = 0;
                const T* row = x.data + i * x.row_stride;
                for (; j + 8 <= layout_.d; j += 8)
                    for (int l = 0; l < 8; ++l) lane[l] += of[j + l] * static_cast<double>(row[(j + l) * x.column_stride]);
                for (; j < layout_.d; ++j) score += of[j] * static_cast<double>(row[j * x.column_stride]);
                for (double sum : lane) score += sum;
                low = k == 0 ? score : std::min(low, score), high = k == 0 ? score : std::max(high, score);
            }
            if (high - low > limit) return true;
        }
        return false;
    }

    // l2 = 0: whether f falls for ever along some direction though not every row has a side of its own (rows on the boundary,
    // some of the classes only): fit/README.md, "Separable classes". theta_ and the caller's outcome keep the point certified.
    bool grows(bool newton) {
        watch_ = nullptr;
        options_.tolerance = 0;
        const double least = separable_decrement<double>(layout_.classes * layout_.columns) * outcome_.objective;
        for (int round = 0; newton && round < separable_steps; ++round) {
            if (!margins_move(direction_, separable_margin)) return false;
            if (outcome_.decrement <= least) return true;
            options_.max_iterations = outcome_.iterations + 1;
            iterate(true);
            if (outcome_.stop != FitStop::iterations) return outcome_.stop == FitStop::rounding;
        }
        if (newton) return true;
        const auto size = static_cast<std::size_t>(std::max(layout_.parameters, layout_.classes * (layout_.d + 1)));
        Workspace memory(size * sizeof(double) + cache_line);
        double* before = memory.take<double>(size);
        if (layout_.classes * layout_.columns <= newton_most) {
            std::copy(theta_, theta_ + layout_.classes * (layout_.d + 1), before);
            options_.tolerance = std::numeric_limits<double>::infinity();
            return Fit(data_, layout_.classes, options_, nullptr, before, FitMethod::newton).run().separable;
        }
        for (int round = 0; round < separable_rounds; ++round) {
            std::copy(point_, point_ + layout_.parameters, before);
            options_.tolerance = outcome_.gradient_max / separable_fall;
            options_.max_iterations = outcome_.iterations + separable_iterations;
            iterate(false);
            for (std::ptrdiff_t j = 0; j < layout_.parameters; ++j) direction_[j] = point_[j] - before[j];
            if (!margins_move(direction_, separable_margin)) return false;
            if (outcome_.stop != FitStop::converged) break;
        }
        return true;
    }

    // One vector added to all classes changes no probability, and no penalty is smaller than that of rows which sum to 0.
    void center(double* theta) const {
        for (std::ptrdiff_t j = 0; j < layout_.columns; ++j) {
            double mean = 0;
            for (std::ptrdiff_t k = 0; k < layout_.classes; ++k) mean += theta[k * layout_.row_stride + j];
            mean /= static_cast<double>(layout_.classes);
            for (std::ptrdiff_t k = 0; k < layout_.classes; ++k) theta[k * layout_.row_stride + j] -= mean;
        }
    }

    void take(const Value& value) {
        std::swap(point_, trial_);
        std::swap(gradient_, trial_gradient_);
        outcome_.objective = value.objective;
        outcome_.separable = options_.l2 == 0 && value.shortfall < 0;
        outcome_.gradient_max = 0;
        for (std::ptrdiff_t j = 0; j < layout_.parameters; ++j)
            outcome_.gradient_max = std::max(outcome_.gradient_max, std::fabs(gradient_[j]));
    }

    // The factors of what `hessian_` holds, in place.
    // Constraint: where margins are large the curvature of an intercept, which has no penalty, vanishes, and its inverse is no
    // scale. Decision: as a scale it is at least what the penalty gives every other unknown.
    void scale_hessian() {
        const MultinomialKernels& kernel = pass_.kernels();
        for (std::ptrdiff_t k = 0; layout_.columns > layout_.d && k < layout_.classes; ++k) {
            double& h = curvature_ == MultinomialCurvature::diagonal
                            ? hessian_[k * layout_.row_stride + layout_.d]
                            : hessian_[(k * layout_.columns + layout_.d) * layout_.row_stride + layout_.d];
            if (curvature_ != MultinomialCurvature::full) h = std::max(h, options_.l2);
        }
        if (curvature_ == MultinomialCurvature::full)
            kernel.cholesky(hessian_, layout_.classes * layout_.columns, layout_.full_stride);
        else if (curvature_ == MultinomialCurvature::blocks)
            parallel_for(layout_.classes, layout_.columns < 32 ? 1 : options_.threads, [&](std::ptrdiff_t k) {
                kernel.cholesky(hessian_ + k * layout_.columns * layout_.row_stride, layout_.columns, layout_.row_stride);
            });
        else
            for (std::ptrdiff_t j = 0; j < layout_.parameters; ++j) hessian_[j] = hessian_[j] > 0 ? 1 / hessian_[j] : 0;
    }

    // v := (scale)^-1 v
    void apply_scale(double* v) {
        const MultinomialKernels& kernel = pass_.kernels();
        if (curvature_ == MultinomialCurvature::diagonal) {
            for (std::ptrdiff_t j = 0; j < layout_.parameters; ++j) v[j] *= hessian_[j];
        } else if (curvature_ == MultinomialCurvature::blocks) {
            for (std::ptrdiff_t k = 0; k < layout_.classes; ++k)
                kernel.solve(hessian_ + k * layout_.columns * layout_.row_stride, layout_.columns, layout_.row_stride,
                             v + k * layout_.row_stride);
        } else {
            const std::ptrdiff_t p = layout_.columns;  // without the rows' padding, in place: gaps close, then open from the end
            for (std::ptrdiff_t k = 1; k < layout_.classes; ++k)
                std::copy(v + k * layout_.row_stride, v + k * layout_.row_stride + p, v + k * p);
            kernel.solve(hessian_, layout_.classes * p, layout_.full_stride, v);
            for (std::ptrdiff_t k = layout_.classes - 1; k >= 0; --k) {
                std::copy_backward(v + k * p, v + (k + 1) * p, v + k * layout_.row_stride + p);
                std::fill(v + k * layout_.row_stride + p, v + (k + 1) * layout_.row_stride, 0.0);
            }
        }
    }

    // direction = -H gradient. Newton: no pairs, all of H is the scale.
    double find_direction() {
        const std::ptrdiff_t size = layout_.parameters;
        std::copy(gradient_, gradient_ + size, direction_);
        pairs_.apply(direction_, [&](double* v) {
            apply_scale(v);
            for (std::ptrdiff_t j = 0; pairs_.kept() > 0 && j < size; ++j) v[j] *= shrunk_;
        });
        center(direction_);
        for (std::ptrdiff_t j = 0; j < size; ++j) direction_[j] = -direction_[j];
        return -pass_.kernels().dot(gradient_, direction_, size);
    }

    bool ended(bool newton, double decrement) {
        if (outcome_.gradient_max <= options_.tolerance && (!newton || decrement / 2 <= options_.tolerance))
            return outcome_.stop = FitStop::converged, true;
        if (outcome_.iterations >= options_.max_iterations) return outcome_.stop = FitStop::iterations, true;
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started_;
        if (options_.seconds > 0 && seconds.count() > options_.seconds) return outcome_.stop = FitStop::time, true;
        return false;
    }

    bool watch_stops() {
        if (watch_ == nullptr || watch_->iteration == nullptr) return false;
        show_point();
        return watch_->iteration(watch_->context, outcome_.iterations, outcome_.objective, outcome_.gradient_max, theta_);
    }

    // Constraint: far from the minimum the Hessian changes with every step, near it hardly; its blocks cost as much as several
    // passes. Decision: L-BFGS takes new blocks after steps 3, 8, 16, 32 and every 32 from there; it keeps its pairs, which are of
    // f itself.
    static bool renews(int step) { return step == 3 || step == 8 || step == 16 || step % 32 == 0; }

    void iterate(bool newton) {
        const MultinomialKernels& kernel = pass_.kernels();
        const std::ptrdiff_t size = layout_.parameters;
        pairs_.forget();
        for (;;) {
            const double decrement = find_direction();
            if (newton) outcome_.decrement = decrement;
            if (watch_stops()) {
                outcome_.stop = FitStop::watch;
                return;
            }
            if (ended(newton, decrement)) return;
            const double slack = rounding * std::max(std::fabs(outcome_.objective), 1.0);
            const bool curved = newton || renews(outcome_.iterations + 1);
            Value value;
            double step = 1;
            for (;;) {
                if (!(step >= shortest) || !(decrement > 0)) {
                    outcome_.stop = FitStop::rounding;
                    return;
                }
                std::copy(point_, point_ + size, trial_);
                kernel.axpy(step, direction_, trial_, size);
                value = pass_.at(trial_, trial_gradient_, curved ? curvature_ : MultinomialCurvature::none, hessian_);
                if (value.objective <= outcome_.objective - armijo * step * decrement + slack) break;
                // Where the secant of the slopes is 0, away from both ends; f that is not finite says no more than "shorter".
                const double slope = std::isfinite(value.objective) ? kernel.dot(trial_gradient_, direction_, size) : 0;
                step *= slope > 0 ? std::clamp(decrement / (decrement + slope), wolfe_margin, 1 - wolfe_margin) : 0.5;
            }
            take(value);  // trial_ and trial_gradient_ are the old ones now
            ++outcome_.iterations;
            if (curved) scale_hessian();
            if (newton) continue;
            if (!pairs_.add(trial_, point_, trial_gradient_, gradient_)) continue;
            // Constraint: B, the Hessian's blocks some steps ago, is of other size by now: by powers of ten where margins grow.
            // Decision: B^-1 times y.s / y.B^-1 y, its size along the last step [Nocedal2006, (7.20)]: K solves, of P^2 each.
            std::copy(pairs_.change(), pairs_.change() + size, direction_);
            apply_scale(direction_);
            const double square = kernel.dot(pairs_.change(), direction_, size);
            shrunk_ = square > 0 ? pairs_.product() / square : 1;
        }
    }

    Layout layout_;
    const LabelledData<T>& data_;
    FitOptions options_;
    FitWatch* watch_;
    double* theta_;
    MultinomialCurvature curvature_;
    Pass<T> pass_;
    std::chrono::steady_clock::time_point started_;
    Workspace work_;
    double *point_, *trial_, *gradient_, *trial_gradient_, *direction_, *hessian_;
    LbfgsPairs<MultinomialKernels> pairs_;
    double shrunk_ = 1;
    FitOutcome outcome_;
};

}  // namespace
}  // namespace multinomial

template <class T>
FitOutcome multinomial_fit(const LabelledData<T>& data, std::ptrdiff_t classes, const FitOptions& options, FitWatch* watch,
                           double* theta, FitMethod method) {
    constexpr const char* function = "multinomial_fit";
    if (data.x.rows < 1) invalid_argument(function, "X must have at least one row, got 0");
    if (classes < 2) invalid_argument(function, "classes must be at least 2, got " + std::to_string(classes));
    if (data.weights.data != nullptr) check_same_size(function, "sample_weight", data.weights.size, "X", data.x.rows);
    check_non_negative(function, "l2", options.l2);
    check_non_negative(function, "tol", options.tolerance);
    if (options.max_iterations < 0)
        invalid_argument(function, "max_iter must be at least 0, got " + std::to_string(options.max_iterations));
    for (std::ptrdiff_t i = 0; i < data.x.rows; ++i)
        if (data.labels[i] < 0 || data.labels[i] >= classes)
            invalid_argument(function,
                             "labels must lie in [0, " + std::to_string(classes) + "), got " + std::to_string(data.labels[i]));
    FitOutcome outcome;
    // One region around all passes: the regions in it share its clock, so that the host is asked in time.
    try {
        parallel(1, [&](Team&) { outcome = multinomial::Fit<T>(data, classes, options, watch, theta, method).run(); });
    } catch (const Interrupted&) {
        if (outcome.stop != FitStop::interrupted) throw;
    }
    return outcome;
}

template FitOutcome multinomial_fit(const LabelledData<double>&, std::ptrdiff_t, const FitOptions&, FitWatch*, double*, FitMethod);
template FitOutcome multinomial_fit(const LabelledData<float>&, std::ptrdiff_t, const FitOptions&, FitWatch*, double*, FitMethod);

}  // namespace mlmath
