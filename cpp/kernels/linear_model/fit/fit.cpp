// SPDX-License-Identifier: BSD-3-Clause
// fit: checks, the choice of the method, the start on a part of the rows, the outcome.
#include "kernels/linear_model/fit/fit.hpp"

#include <string>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit_centred.hpp"
#include "kernels/linear_model/fit/fit_problem.hpp"
#include "kernels/linear_model/glm_pass/glm_pass.hpp"

namespace mlmath {
namespace {

// Unknowns up to which Newton's method is taken.
// Arithmetic: X^T W X costs n d^2 flops, about 20 times as fast as the 4nd of a pass, which reads memory: d/16 passes, and an
//   L-BFGS fit takes some dozens of passes, hundreds when columns differ in scale. The factor costs d^3/3.
// Decision: up to 1000 (newton_most), and no more unknowns than rows (where X^T W X is singular but for the penalty), small
// problems excepted.
constexpr std::ptrdiff_t newton_small = 64;

// The start on every 8th row: an eighth of the work, and its minimizer is within sqrt(d / rows) of that of all.
// Decision: where the part has 40 rows an unknown and at least 512; until what is left is a twentieth of what the other rows
// change.
constexpr std::ptrdiff_t part_step = 8, part_rows = 512, part_rows_an_unknown = 40;

FitMethod chosen(std::ptrdiff_t n, std::ptrdiff_t unknowns) {
    const bool newton = unknowns <= newton_most && (unknowns <= n || unknowns <= newton_small);
    return newton ? FitMethod::newton : FitMethod::lbfgs;
}

const char* name_of(FitMethod method) {
    switch (method) {
        case FitMethod::lbfgs:
            return "lbfgs";
        case FitMethod::gd:
            return "gd";
        case FitMethod::gd_armijo:
            return "gd-armijo";
        case FitMethod::gd_bb:
            return "gd-bb";
        case FitMethod::none:
            return "none";
        default:
            return "newton";
    }
}

// Fits a part of the rows, and a part of those first. Leaves theta as it was, and no factor, when it does not succeed.
template <class T>
void fit_part(const FitObjective<T>& objective, MatrixView<const T> x, NewtonFactor& factor, double* theta) {
    GlmPass<T>& all = objective.pass;
    const std::ptrdiff_t size = objective.size(), rows = (x.rows + part_step - 1) / part_step;
    if (rows < part_rows || rows < part_rows_an_unknown * size || all.model().loss == LinearLoss::squared) return;
    const MatrixView<const T> part = {x.data, rows, x.columns, x.row_stride * part_step, x.column_stride};
    const VectorView<const T> y = {all.targets(), rows, part_step};
    const VectorView<const T> weights = {all.weights(), all.weights() == nullptr ? 0 : rows, part_step};
    double sum = 0;
    for (std::ptrdiff_t i = 0; i < weights.size; ++i) sum += static_cast<double>(weights.data[i * part_step]);
    if (weights.size > 0 && !(sum > 0)) return;
    GlmPass<T> pass(part, y, weights, all.model(), {all.threads(), true});
    const FitObjective<T> of_part = {pass, objective.l2, objective.intercept};
    const auto count = [](std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); };
    Workspace memory(count(2 * size + size * size) * sizeof(double) + count(rows) * sizeof(T) + 4 * cache_line);
    double* start = memory.take<double>(count(size));
    double* gradient = memory.take<double>(count(size));
    double* hessian = memory.take<double>(count(size * size));
    std::copy(theta, theta + size, start);
    fit_part(of_part, part, factor, start);
    FitProgress progress(FitOptions{}, nullptr, nullptr, size);
    const NewtonGoal goal = {std::numeric_limits<double>::infinity(),
                             0.05 * static_cast<double>(size) / static_cast<double>(2 * rows), 25};
    if (newton(of_part, progress, goal, factor, start, nullptr) != FitEnd::converged) return factor.forget();
    // A factor of the part's minimizer itself: an eighth of a pass that saves two or three passes over all rows.
    of_part.evaluate(start, memory.take<T>(count(rows)), gradient, hessian);
    if (!factor.factorize(hessian, size)) return;
    std::copy(start, start + size, theta);
}

// Whether every row is on its own side: z: (K, n) scores.
template <class T>
bool separated(const GlmPass<T>& pass, const T* z) {
    const std::ptrdiff_t n = pass.rows(), outputs = pass.outputs();
    const T *y = pass.targets(), *weights = pass.weights();
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        if (weights != nullptr && !(weights[i] > 0)) continue;
        if (outputs == 1 && !((1 - 2 * y[i]) * z[i] < 0)) return false;
        const auto own = static_cast<std::ptrdiff_t>(y[i]);
        for (std::ptrdiff_t k = 0; outputs > 1 && k < outputs; ++k)
            if (k != own && !(z[k * n + i] < z[own * n + i])) return false;
    }
    return true;
}

// l2 = 0, one output: newton's answer at theta; where it has none (H is singular or too large) whether margins go on rising while
// the gradient falls. z: the scores of theta; overwritten.
template <class T>
bool grows(const FitObjective<T>& objective, const LinearData<T>& data, double gradient_max, T* z, const double* theta) {
    const std::ptrdiff_t n = objective.pass.rows(), size = objective.size();
    constexpr double all = std::numeric_limits<double>::infinity();
    const auto count = [](std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); };
    Workspace memory(2 * count(size) * sizeof(double) + count(n) * sizeof(T) + 3 * cache_line);
    double* at = memory.take<double>(count(size));
    double* g = memory.take<double>(count(size));
    T* moved = memory.take<T>(count(n));
    std::copy(theta, theta + size, at);
    if (size <= newton_most) {
        GlmPass<T> pass(data.x, data.y, data.weights, objective.pass.model(), {objective.pass.threads(), true});
        FitProgress progress(FitOptions{}, nullptr, nullptr, size);
        NewtonFactor factor(objective.unknowns());
        bool separable = false;
        if (newton<T>({pass, 0, objective.intercept}, progress, {all, all, 1}, factor, at, &separable) == FitEnd::converged)
            return separable;
        std::copy(theta, theta + size, at);
    }
    for (int round = 0; round < separable_rounds; ++round) {
        FitOptions options;
        options.tolerance = gradient_max /= separable_fall;
        options.max_iterations = separable_iterations;
        FitProgress progress(options, nullptr, nullptr, size);
        const FitEnd end = lbfgs(objective, progress, at);
        objective.evaluate(at, moved, g);
        if (!margins_move(objective.pass, z, moved)) return false;
        if (end != FitEnd::converged) break;
        std::swap(z, moved);
    }
    return true;
}

template <class T>
FitEnd look(const FitObjective<T>& objective, FitProgress& progress, const double* theta) {
    Workspace memory(static_cast<std::size_t>(objective.size()) * sizeof(double));
    double* g = memory.take<double>(static_cast<std::size_t>(objective.size()));
    const double f = objective.evaluate(theta, nullptr, g);
    if (!std::isfinite(f)) return FitEnd::diverged;
    if (!progress.record(theta, f, g, 0)) return FitEnd::stopped;
    return largest(g, objective.size()) <= progress.options.tolerance ? FitEnd::converged : FitEnd::iterations;
}

// Newton's method and L-BFGS of several classes are multinomial's own.
template <class T>
FitOutcome fit_classes(const LinearData<T>& data, const LinearProblem& problem, FitOptions options, FitWatch* watch,
                       double* theta) {
    const std::ptrdiff_t n = data.x.rows;
    check_same_size("fit_linear", "X", n, "y", data.y.size);
    Workspace memory(static_cast<std::size_t>(n) * sizeof(std::int32_t));
    std::int32_t* labels = memory.take<std::int32_t>(static_cast<std::size_t>(n));
    for (std::ptrdiff_t i = 0; i < n; ++i) labels[i] = static_cast<std::int32_t>(data.y.data[i * data.y.stride]);
    if (options.max_iterations <= 0) options.max_iterations = 1000;
    return multinomial_fit<T>({data.x, labels, data.weights}, problem.classes, options, watch, theta, problem.method);
}

template <class T>
void solve(const LinearData<T>& data, const LinearProblem& problem, FitProgress& progress, double* theta) {
    const FitOptions& options = progress.options;
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns, size = problem.classes * (d + 1);
    FitMethod method = problem.method == FitMethod::automatic ? chosen(n, d + (options.intercept ? 1 : 0)) : problem.method;
    if (progress.options.max_iterations <= 0)
        progress.options.max_iterations = method == FitMethod::newton ? 100 : method == FitMethod::lbfgs ? 1000 : 10000;
    GlmPass<T> pass(data.x, data.y, data.weights, {problem.loss, problem.delta, problem.classes},
                    {options.threads, method == FitMethod::newton});
    const FitObjective<T> objective = {pass, options.l2, options.intercept};
    Workspace memory(static_cast<std::size_t>(size) * sizeof(double));
    double* at = memory.take<double>(static_cast<std::size_t>(size));
    std::copy(theta, theta + size, at);

    FitEnd end = FitEnd::singular;
    bool separable = false;
    const bool unbounded = (problem.loss == LinearLoss::logistic || problem.loss == LinearLoss::multinomial) && options.l2 == 0;
    progress.outcome.method = name_of(method);
    if (method == FitMethod::newton) {
        NewtonFactor factor(objective.unknowns());
        if (!problem.start_given) fit_part(objective, data.x, factor, at);
        const NewtonGoal goal = {options.tolerance, options.tolerance, progress.options.max_iterations};
        end = newton(objective, progress, goal, factor, at, unbounded ? &separable : nullptr);
        if (end == FitEnd::diverged && !problem.start_given) {  // the part's minimizer may be out of range for the other rows
            std::copy(theta, theta + size, at);
            factor.forget();
            end = newton(objective, progress, goal, factor, at, unbounded ? &separable : nullptr);
        }
        if ((end == FitEnd::far || end == FitEnd::singular) && options.intercept && !progress.centred()) {
            const CentredColumns<T> columns(data);
            if (columns.far()) {
                progress.centre(columns.means(), columns.room());
                try {
                    solve<T>({columns.x(), data.y, data.weights}, problem, progress, theta);
                } catch (const Interrupted&) {
                    progress.uncentre();
                    throw;
                }
                return progress.uncentre();
            }
            if (end == FitEnd::far) {  // weighted by the curvatures, not as rows
                progress.columns_stay = true;
                end = newton(objective, progress, goal, factor, at, unbounded ? &separable : nullptr);
            }
        }
        if (end == FitEnd::singular) progress.outcome.method = name_of(method = FitMethod::lbfgs);
    }
    if (method == FitMethod::lbfgs)
        end = lbfgs(objective, progress, at);
    else if (method == FitMethod::none)
        end = look(objective, progress, at);
    else if (method != FitMethod::newton)
        end = descent(objective, progress, data, method, problem.learning_rate, at);

    FitOutcome& outcome = progress.outcome;
    if (progress.iteration < 0) {  // not even the start is finite
        outcome.status.outcome = Outcome::not_finite;
        outcome.stop = FitStop::diverged;
        return;
    }
    if (end != FitEnd::stopped)
        outcome.stop = end == FitEnd::converged    ? FitStop::converged
                       : end == FitEnd::iterations ? FitStop::iterations
                       : end == FitEnd::diverged   ? FitStop::diverged
                                                   : FitStop::rounding;
    // A line search that rounding has ended may have met the certificate in an iterate before the last. What the caller ended
    // (watch, time, iterations) is not called converged.
    const bool certified = outcome.gradient_max <= options.tolerance &&
                           (method != FitMethod::newton || (outcome.decrement >= 0 && outcome.decrement / 2 <= options.tolerance));
    if (outcome.stop == FitStop::rounding && certified) outcome.stop = FitStop::converged;
    outcome.status.outcome = outcome.stop == FitStop::converged  ? Outcome::ok
                             : outcome.stop == FitStop::diverged ? Outcome::diverged
                                                                 : Outcome::not_converged;
    outcome.status.iterations = outcome.iterations;
    // Before convergence the decrement may be far from twice the distance.
    outcome.suboptimality = outcome.stop == FitStop::converged && outcome.decrement >= 0
                                ? outcome.decrement
                                : suboptimality(objective, theta, outcome.gradient_square);
    if (unbounded) {
        Workspace scores(static_cast<std::size_t>(problem.classes * n) * sizeof(T) +
                         static_cast<std::size_t>(size) * sizeof(double) + cache_line);
        T* z = scores.take<T>(static_cast<std::size_t>(problem.classes * n));
        pass.gradient(theta, z, scores.take<double>(static_cast<std::size_t>(size)));
        outcome.separable = separable || separated(pass, z);
        if (method == FitMethod::lbfgs && outcome.stop == FitStop::converged && !outcome.separable)
            outcome.separable = grows(objective, data, outcome.gradient_max, z, theta);
    }
}

}  // namespace

template <class T>
FitOutcome linear_fit(const LinearData<T>& data, const LinearProblem& problem, const FitOptions& options, FitWatch* watch,
                      double* theta) {
    check_non_negative("fit_linear", "l2", options.l2);
    check_non_negative("fit_linear", "tol", options.tolerance);
    if (problem.loss == LinearLoss::huber) check_positive("fit_linear", "huber_delta", problem.delta);
    const std::ptrdiff_t d = data.x.columns, size = problem.classes * (d + 1);
    for (std::ptrdiff_t k = 0; !options.intercept && k < problem.classes; ++k) theta[k * (d + 1) + d] = 0;
    if (problem.loss == LinearLoss::multinomial && problem.method <= FitMethod::lbfgs)
        return fit_classes(data, problem, options, watch, theta);
    FitProgress progress(options, watch, theta, size);
    // One region around all passes: they share its clock, so that the host is asked in time.
    try {
        parallel(1, [&](Team&) { solve(data, problem, progress, theta); });
    } catch (const Interrupted&) {
        if (progress.iteration < 0) throw;
        progress.outcome.stop = FitStop::interrupted;
        progress.outcome.status = {Outcome::not_converged, -1, progress.outcome.iterations};
    }
    return progress.outcome;
}

template FitOutcome linear_fit(const LinearData<double>&, const LinearProblem&, const FitOptions&, FitWatch*, double*);
template FitOutcome linear_fit(const LinearData<float>&, const LinearProblem&, const FitOptions&, FitWatch*, double*);

}  // namespace mlmath
