// SPDX-License-Identifier: BSD-3-Clause
// fit, batch gradient descent: the fixed step 1/L, Armijo's rule, Barzilai and Borwein's step.
#include "core/check.hpp"
#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit_problem.hpp"

namespace mlmath {
namespace {

// L = c max eigenvalue((1/S) sum s (x, 1)(x, 1)^T) + l2 with c the largest curvature of the loss, by power iteration: a pass each.
// (Multinomial: the Hessian is at most (I - 11^T/K) / 2 times that matrix [Boehning1992].)
// Constraint: descent converges for steps below 2/L, and the iteration comes from below. Decision: until two values differ by less
//   than 1 %, at most 50 passes; then 5 % on top.
template <class T>
double lipschitz(const FitObjective<T>& objective, const LinearData<T>& data, double* v, double* product) {
    const std::ptrdiff_t n = objective.pass.rows(), size = objective.row(), m = size - (objective.intercept ? 0 : 1);
    const T zero = 0;
    GlmPass<T> pass(data.x, {&zero, n, 0}, data.weights, {LinearLoss::squared}, {objective.pass.threads()});
    for (std::ptrdiff_t j = 0; j < size; ++j) v[j] = j < m ? 1 + 0.1 * static_cast<double>(j % 7) : 0;
    double eigenvalue = 0;
    for (int k = 0; k < 50; ++k) {
        const double length = std::sqrt(dot_of(v, v, size));
        if (!(length > 0)) break;
        for (std::ptrdiff_t j = 0; j < size; ++j) v[j] /= length;
        pass.gradient(v, nullptr, product);  // of the squares with targets 0: X^T S X v / S
        if (m < size) product[size - 1] = 0;
        const double before = eigenvalue;
        eigenvalue = std::sqrt(dot_of(product, product, size));
        std::copy(product, product + size, v);
        if (std::fabs(eigenvalue - before) <= 0.01 * eigenvalue) break;
    }
    const LinearLoss loss = objective.pass.model().loss;
    const double curvature = loss == LinearLoss::logistic ? 0.25 : loss == LinearLoss::multinomial ? 0.5 : 1.0;
    return 1.05 * curvature * eigenvalue + objective.l2;
}

}  // namespace

template <class T>
FitEnd descent(const FitObjective<T>& objective, FitProgress& progress, const LinearData<T>& data, FitMethod method, double rate,
               double* theta) {
    const std::ptrdiff_t n = objective.scores(), size = objective.size();
    const auto count = [](std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); };
    Workspace memory(4 * count(size) * sizeof(double) + 2 * count(n) * sizeof(T) + 8 * cache_line);
    double* g = memory.take<double>(count(size));
    double* next_g = memory.take<double>(count(size));
    double* p = memory.take<double>(count(size));
    double* next = memory.take<double>(count(size));
    T* z = memory.take<T>(count(n));
    T* next_z = memory.take<T>(count(n));

    if (!(rate > 0)) {
        // exp has no largest curvature: a search starts from that of the squared loss, a fixed step must be given.
        if (method == FitMethod::gd && objective.pass.model().loss == LinearLoss::poisson)
            invalid_argument("fit_linear",
                             "learning_rate must be given for method 'gd' with loss 'poisson', which has no largest "
                             "curvature; 'gd-armijo' finds its steps itself");
        const double curvature = lipschitz(objective, data, p, next);
        rate = curvature > 0 && std::isfinite(curvature) ? 1 / curvature : 1;
    }
    double f = objective.evaluate(theta, z, g);
    if (!std::isfinite(f)) return FitEnd::diverged;
    if (!progress.record(theta, f, g, 0)) return FitEnd::stopped;
    const double start = f;
    // Barzilai and Borwein's steps do not fall every time: they are held below the highest of the last ten values [Raydan1997].
    constexpr int remembered = 10;
    double recent[remembered];
    std::fill(recent, recent + remembered, f);
    int rises = 0;
    for (;;) {
        if (largest(g, size) <= progress.options.tolerance) return FitEnd::converged;
        if (progress.iteration >= progress.options.max_iterations) return FitEnd::iterations;
        for (std::ptrdiff_t j = 0; j < size; ++j) p[j] = -rate * g[j], next[j] = theta[j] + p[j];
        double next_f = objective.evaluate(next, next_z, next_g);
        double t = 1;
        if (method == FitMethod::gd) {
            // A fixed step below 2/L falls every time. One that rises three times in a row and is above the start is too long.
            rises = next_f > f + objective.noise(f) ? rises + 1 : 0;
            if (!std::isfinite(next_f) || (rises >= 3 && next_f > start)) return FitEnd::diverged;
        } else {
            const double above = method == FitMethod::gd_bb ? *std::max_element(recent, recent + remembered) : f;
            const double slope = -rate * dot_of(g, g, size), noise = objective.noise(f);
            // Near the minimum rounding hides the fall of f; the slope at the trial still shows it (Armijo's rule for a parabola).
            double at = dot_of(next_g, p, size);
            const auto falls = [&] {
                return next_f <= above + wolfe_fall * t * slope || (next_f <= f + noise && at <= (2 * wolfe_fall - 1) * slope);
            };
            int trial = 0;
            for (; trial < 60 && !falls(); ++trial) {
                t /= 2;
                next_f = objective.line(z, next_z, theta, p, t, &at);
            }
            if (trial == 60) return FitEnd::rounding;
            if (t != 1) {
                for (std::ptrdiff_t j = 0; j < size; ++j) next[j] = theta[j] + t * p[j];
                next_f = objective.evaluate(next, next_z, next_g);
            }
        }
        double ss = 0, sy = 0, yy = 0;
        for (std::ptrdiff_t j = 0; j < size; ++j) {
            const double s = next[j] - theta[j], y = next_g[j] - g[j];
            ss += s * s, sy += s * y, yy += y * y;
        }
        if (method == FitMethod::gd_armijo) rate *= t == 1 ? 2 : t;
        // The long and the short step take turns: 1 / the Rayleigh quotient of the curvature along the step, and its harmonic
        // brother.
        if (method == FitMethod::gd_bb) rate = !(sy > 0) ? rate * t : progress.iteration % 2 == 0 ? ss / sy : sy / yy;
        std::swap(z, next_z);
        std::swap(g, next_g);
        f = next_f;
        std::copy(next, next + size, theta);
        if (!progress.record(theta, f, g, objective.noise(f))) return FitEnd::stopped;
        recent[progress.iteration % remembered] = f;
    }
}

#define MLMATH_DESCENT(T) \
    template FitEnd descent(const FitObjective<T>&, FitProgress&, const LinearData<T>&, FitMethod, double, double*)
MLMATH_DESCENT(double);
MLMATH_DESCENT(float);
#undef MLMATH_DESCENT

}  // namespace mlmath
