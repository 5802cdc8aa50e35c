// SPDX-License-Identifier: BSD-3-Clause
// fit: how far above its minimum an objective can be, from its gradient alone.
#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit_problem.hpp"

namespace mlmath {

// Without an intercept f - (l2/2) |w|^2 is convex, so f(w) - min f <= |g|^2 / (2 l2).
// With one, f is not strongly convex in b: columns far from 0 hide a wrong b behind a small gradient, and |g|^2 / (2 l2) is no
// bound. But phi(w) = min_b f(w, b) is strongly convex, with the gradient g_w(w, b*), b* the minimizer: for any b
//   f(w, b) - min f <= f(w, b) - f(w, b*) + |g_w(w, b*)|^2 / (2 l2).
// b* is the root of a rising function of one number, df/db, on stored scores: secants from (t = 0, df/db) find it in 3 to 5
// readings of n numbers. Cost: these and two passes, of the dozens that a fit without a Hessian takes.
template <class T>
double suboptimality(const FitObjective<T>& objective, const double* theta, double gradient_square) {
    if (!(objective.l2 > 0)) return -1;
    if (!objective.intercept) return gradient_square / (2 * objective.l2);
    if (objective.pass.outputs() > 1) return -1;  // K intercepts at once: not worth it
    const std::ptrdiff_t n = objective.pass.rows(), size = objective.size();
    const auto count = [](std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); };
    Workspace memory(2 * count(size) * sizeof(double) + 2 * count(n) * sizeof(T) + 4 * cache_line);
    double* at = memory.take<double>(count(size));
    double* g = memory.take<double>(count(size));
    T* z = memory.take<T>(count(n));
    T* moved = memory.take<T>(count(n));
    std::copy(theta, theta + size, at);
    const double f = objective.evaluate(at, z, g);
    for (std::ptrdiff_t i = 0; i < n; ++i) moved[i] = z[i] + 1;
    // low and high: where df/db < 0 and > 0, once they are known; t: the last two points.
    double t = 0, slope = g[size - 1], low = 0, high = 0, before = 0, before_slope = 0;
    bool has_low = false, has_high = false;
    for (int trial = 0; trial < 60 && std::isfinite(slope) && slope != 0; ++trial) {
        (slope < 0 ? low : high) = t;
        (slope < 0 ? has_low : has_high) = true;
        double next = trial == 0 ? t - 4 * slope : t - slope * (t - before) / (slope - before_slope);
        const bool inside = (!has_low || next > low) && (!has_high || next < high);
        if (!inside || !std::isfinite(next)) next = has_low && has_high ? (low + high) / 2 : t - (slope < 0 ? -1.0 : 1.0);
        if (next == t || (has_low && has_high && high - low <= 1e-15 * (1 + std::fabs(at[size - 1] + t)))) break;
        before = t, before_slope = slope, t = next;
        objective.pass.line(z, moved, t, &slope);
        if (std::fabs(slope) <= 1e-15) break;
    }
    at[size - 1] += t;
    const double best = objective.evaluate(at, z, g);
    const double bound = std::max(f - best, 0.0) + dot_of(g, g, size - 1) / (2 * objective.l2);
    return std::isfinite(bound) ? bound : -1;
}

template double suboptimality(const FitObjective<double>&, const double*, double);
template double suboptimality(const FitObjective<float>&, const double*, double);

}  // namespace mlmath
