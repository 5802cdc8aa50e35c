// SPDX-License-Identifier: BSD-3-Clause
// fit, Newton's method: p = -H^-1 g by Cholesky, the factor kept while that is cheaper, a line search on stored scores.
#include "core/workspace.hpp"
#include "kernels/factor/cholesky/cholesky.hpp"
#include "kernels/linear_model/fit/fit_problem.hpp"

namespace mlmath {

NewtonFactor::NewtonFactor(std::ptrdiff_t unknowns)
    : unknowns_(unknowns), memory_(static_cast<std::size_t>(unknowns * unknowns + 2 * unknowns) * sizeof(double) + 3 * cache_line) {
    l_ = memory_.take<double>(static_cast<std::size_t>(unknowns * unknowns));
    scale_ = memory_.take<double>(static_cast<std::size_t>(unknowns));
    work_ = memory_.take<double>(static_cast<std::size_t>(unknowns));
}

// Constraint: columns of very different scale must not look singular, and a column of zeros must not make the others so.
// Decision: H is scaled to a unit diagonal (an unknown without curvature keeps its value), and a pivot below 8 n eps of that
//   diagonal, which rounding in H alone can produce, is called singular.
bool NewtonFactor::factorize(const double* hessian, std::ptrdiff_t row_stride) {
    const std::ptrdiff_t n = unknowns_;
    ready_ = false;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double diagonal = hessian[i * row_stride + i];
        if (!(diagonal >= 0) || std::isinf(diagonal)) return false;
        scale_[i] = diagonal > 0 ? 1 / std::sqrt(diagonal) : 0;
    }
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) l_[i * n + j] = i == j ? 1 : hessian[i * row_stride + j] * scale_[i] * scale_[j];
    int info = 0;
    const MatrixView<double> l = {l_, n, n, n, 1};
    if (n > 0 && cholesky<double>({as_const(l), 0, nullptr, nullptr}, {l, 0, nullptr, nullptr}, &info, 1) != 0) return false;
    const double least = 8 * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
    for (std::ptrdiff_t i = 0; i < n; ++i)
        if (l_[i * n + i] * l_[i * n + i] < least) return false;
    return ready_ = true;
}

double NewtonFactor::solve(const double* gradient, double* step) const {
    const std::ptrdiff_t n = unknowns_;
    double decrement = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        work_[i] = (gradient[i] * scale_[i] - dot_of(l_ + i * n, work_, i)) / l_[i * n + i];
        decrement += work_[i] * work_[i];
    }
    for (std::ptrdiff_t i = n - 1; i >= 0; --i) {
        const double value = work_[i] /= l_[i * n + i];
        for (std::ptrdiff_t j = 0; j < i; ++j) work_[j] -= l_[i * n + j] * value;
        step[i] = -scale_[i] * value;
    }
    return decrement;
}

namespace {

// What newton works on: gradient and scores at theta and at theta + p.
template <class T>
struct NewtonPoint {
    double *theta, *p, *next, *next_g, *hessian;
    T *z, *next_z;
    double f, decrement;
};

// l2 = 0: whether f falls for ever along some direction: README.md, "Separable classes". The factor is of H at theta.
template <class T>
bool grows(const FitObjective<T>& objective, NewtonFactor& factor, NewtonPoint<T> at) {
    const std::ptrdiff_t size = objective.size();
    const double least = separable_decrement<T>(size) * at.f;
    for (int round = 0; round < separable_steps; ++round) {
        double next_f = 0, t = 1;
        for (;; t /= 2) {
            if (t < newton_shortest) return true;
            for (std::ptrdiff_t j = 0; j < size; ++j) at.next[j] = at.theta[j] + t * at.p[j];
            next_f = objective.evaluate(at.next, at.next_z, at.next_g, at.hessian);
            if (t == 1 && !margins_move(objective.pass, at.z, at.next_z)) return false;
            if (next_f <= at.f - armijo * t * at.decrement + objective.noise(at.f)) break;
        }
        if (at.decrement <= least || !factor.factorize(at.hessian, size)) return true;
        std::swap(at.z, at.next_z);
        std::swap(at.theta, at.next);
        at.f = next_f;
        at.decrement = factor.solve(at.next_g, at.p);
    }
    return true;
}

}  // namespace

template <class T>
FitEnd newton(const FitObjective<T>& objective, FitProgress& progress, const NewtonGoal& goal, NewtonFactor& factor, double* theta,
              bool* separable) {
    const std::ptrdiff_t n = objective.pass.rows(), size = objective.size(), d = size - 1;
    const auto count = [](std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); };
    Workspace memory(count(4 * size + size * size) * sizeof(double) + 2 * count(n) * sizeof(T) + 8 * cache_line);
    double* g = memory.take<double>(count(size));
    double* next_g = memory.take<double>(count(size));
    double* p = memory.take<double>(count(size));
    double* next = memory.take<double>(count(size));
    double* hessian = memory.take<double>(count(size * size));
    T* z = memory.take<T>(count(n));
    T* next_z = memory.take<T>(count(n));
    p[d] = 0;

    bool fresh = !factor.ready();  // whether the factor is of H at theta
    double f = objective.evaluate(theta, z, g, fresh ? hessian : nullptr);
    if (!std::isfinite(f)) return FitEnd::diverged;
    if (fresh && objective.intercept && !progress.columns_stay && far_columns<T>(hessian, d)) return FitEnd::far;
    if (!progress.record(theta, f, g, 0)) return FitEnd::stopped;
    if (fresh && !factor.factorize(hessian, size)) return FitEnd::singular;
    double curvature = fresh ? hessian[size * size - 1] : 0;  // mean of h: what a decrement means in scores
    double decrement = factor.solve(g, p);
    const auto renew = [&] {
        objective.evaluate(theta, z, g, hessian);
        if (!factor.factorize(hessian, size)) return false;
        curvature = hessian[size * size - 1];
        decrement = factor.solve(g, p);
        return fresh = true;
    };
    // Passes with X^T W X take 1 + d/16 times as long as those without (glm_pass).
    const double cost_of_hessian = 1 + static_cast<double>(d) / 16;

    for (;;) {
        if (progress.last_is_best()) progress.outcome.decrement = decrement;
        if (largest(g, size) <= goal.gradient_max && decrement / 2 <= goal.decrement) {
            if (separable == nullptr) return FitEnd::converged;
            if (fresh) {
                *separable = grows<T>(objective, factor, {theta, p, next, next_g, hessian, z, next_z, f, decrement});
                return FitEnd::converged;
            }
            if (!renew()) return FitEnd::singular;
            continue;
        }
        if (progress.iteration >= goal.iterations) return FitEnd::iterations;
        for (std::ptrdiff_t j = 0; j < size; ++j) next[j] = theta[j] + p[j];
        // Constraint: X is to be read once an iteration. A step that moves scores by little (root mean square below 0.3)
        // leaves the curvatures, factors of exp(score), about what they were: the factor may serve again, and X^T W X is not
        // computed with it.
        const bool together = fresh && objective.pass.model().loss != LinearLoss::squared && decrement > 0.09 * curvature;
        double next_f = objective.evaluate(next, next_z, next_g, together ? hessian : nullptr);
        bool renewed = together;
        const bool enough = next_f <= f - armijo * decrement;
        const bool level = std::fabs(next_f - f) <= objective.noise(f) && sum_of_sizes(next_g, size) < sum_of_sizes(g, size);
        if (!enough && !level) {
            if (!fresh) {  // the old factor's fault, perhaps
                if (!renew()) return FitEnd::singular;
                continue;
            }
            double t = 1, slope;
            bool falls;
            do {
                t /= 2;
                next_f = objective.line(z, next_z, theta, p, t, &slope);
                falls = next_f <= f - armijo * t * decrement;
            } while (!falls && t > newton_shortest);
            if (!falls) return FitEnd::rounding;
            for (std::ptrdiff_t j = 0; j < size; ++j) next[j] = theta[j] + t * p[j];
            next_f = objective.evaluate(next, next_z, next_g, hessian);
            renewed = true;
        }
        std::swap(z, next_z);
        std::swap(g, next_g);
        f = next_f;
        std::copy(next, next + size, theta);
        if (!progress.record(theta, f, g, objective.noise(f))) return FitEnd::stopped;
        if (renewed) {
            if (!factor.factorize(hessian, size)) return FitEnd::singular;
            curvature = hessian[size * size - 1];
            decrement = factor.solve(g, p);
            fresh = true;
            continue;
        }
        // The chord: steps with the old factor shrink by `ratio`. It is kept while the passes it still needs are no more than
        // those with a new one: one with X^T W X, and one or two steps.
        const double before = decrement;
        decrement = factor.solve(g, p);
        fresh = false;
        const double ratio = std::sqrt(decrement / before);
        const double left = std::min(goal.gradient_max / largest(g, size), std::sqrt(2 * goal.decrement / decrement));
        if (left >= 1) continue;
        if (!(ratio < 1) || std::log(left) / std::log(ratio) > cost_of_hessian + 1) {
            if (!renew()) return FitEnd::singular;
        }
    }
}

#define MLMATH_NEWTON(T) \
    template FitEnd newton(const FitObjective<T>&, FitProgress&, const NewtonGoal&, NewtonFactor&, double*, bool*)
MLMATH_NEWTON(double);
MLMATH_NEWTON(float);
#undef MLMATH_NEWTON

}  // namespace mlmath
