// SPDX-License-Identifier: BSD-3-Clause
// fit, L-BFGS: two loops over the last ten steps [Nocedal1980], the step by the strong Wolfe conditions on stored scores.
#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit_problem.hpp"
#include "kernels/linear_model/fit/lbfgs_pairs.hpp"

namespace mlmath {

namespace {

struct Vectors {
    double dot(const double* a, const double* b, std::ptrdiff_t size) const { return dot_of(a, b, size); }
    void axpy(double a, const double* x, double* y, std::ptrdiff_t size) const {
        for (std::ptrdiff_t j = 0; j < size; ++j) y[j] += a * x[j];
    }
};

}  // namespace

template <class T>
double wolfe_step(const FitObjective<T>& objective, const T* from, const T* to, const double* theta, const double* p, double f,
                  double slope) {
    // The objective is convex along the line: its slope rises. [low, high] holds a point that satisfies both conditions.
    double low = 0, high = 0, low_slope = slope, high_slope = 0, t = 1;
    const double noise = objective.noise(f);
    for (int trial = 0; trial < wolfe_trials; ++trial) {
        double at;
        const double value = objective.line(from, to, theta, p, t, &at);
        if (!(value <= f + std::max(wolfe_fall * t * slope, -noise) + noise) || !(at <= -wolfe_slope * slope)) {
            high = t, high_slope = std::isfinite(value) ? at : 0;
        } else if (at < wolfe_slope * slope) {
            low = t, low_slope = at;
        } else {
            return t;
        }
        if (high == 0) {
            t *= wolfe_growth;
            continue;
        }
        // The root of the slopes' secant, away from the interval's ends.
        const double width = high - low, secant = high_slope > 0 ? low_slope / (low_slope - high_slope) : 0.5;
        t = low + width * std::clamp(secant, wolfe_margin, 1 - wolfe_margin);
        if (!(width > wolfe_narrowest * high)) break;
    }
    return 0;
}

template <class T>
FitEnd lbfgs(const FitObjective<T>& objective, FitProgress& progress, double* theta) {
    const std::ptrdiff_t n = objective.pass.rows(), size = objective.size();
    const auto count = [](std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); };
    Workspace memory(4 * count(size) * sizeof(double) + 2 * count(n) * sizeof(T) + 8 * cache_line);
    double* g = memory.take<double>(count(size));
    double* next_g = memory.take<double>(count(size));
    double* p = memory.take<double>(count(size));
    double* next = memory.take<double>(count(size));
    T* z = memory.take<T>(count(n));
    T* next_z = memory.take<T>(count(n));

    double f = objective.evaluate(theta, z, g);
    if (!std::isfinite(f)) return FitEnd::diverged;
    // (A fit that Newton's method has begun goes on counting.)
    if (progress.iteration < 0 && !progress.record(theta, f, g, objective.noise(f))) return FitEnd::stopped;
    int stalled = 0;  // steps in a row in which neither the objective nor the gradient fell
    constexpr Vectors vectors;
    LbfgsPairs<Vectors> pairs(size, vectors);
    double gamma = 1 / std::max(1.0, std::sqrt(dot_of(g, g, size)));
    for (;;) {
        if (largest(g, size) <= progress.options.tolerance) return FitEnd::converged;
        if (progress.iteration >= progress.options.max_iterations) return FitEnd::iterations;
        std::copy(g, g + size, p);
        pairs.apply(p, [&](double* v) {
            for (std::ptrdiff_t j = 0; j < size; ++j) v[j] *= gamma;
        });
        for (std::ptrdiff_t j = 0; j < size; ++j) p[j] = -p[j];
        const double slope = dot_of(g, p, size);
        if (!(slope < 0)) {  // rounding has spoilt the memory: once more from the gradient alone
            if (pairs.kept() == 0) return FitEnd::rounding;
            pairs.forget();
            continue;
        }
        for (std::ptrdiff_t j = 0; j < size; ++j) next[j] = theta[j] + p[j];
        double next_f = objective.evaluate(next, next_z, next_g);
        const double next_slope = dot_of(next_g, p, size), noise = objective.noise(f);
        if (!(next_f <= f + wolfe_fall * slope + noise) || !(std::fabs(next_slope) <= -wolfe_slope * slope)) {
            const double t = wolfe_step(objective, z, next_z, theta, p, f, slope);
            if (t == 0) {
                if (pairs.kept() == 0) return FitEnd::rounding;
                pairs.forget();
                gamma = 1 / std::max(1.0, std::sqrt(dot_of(g, g, size)));
                continue;
            }
            if (t != 1) {
                for (std::ptrdiff_t j = 0; j < size; ++j) next[j] = theta[j] + t * p[j];
                next_f = objective.evaluate(next, next_z, next_g);
            }
        }
        if (!std::isfinite(next_f)) return FitEnd::rounding;
        if (pairs.add(theta, next, g, next_g)) gamma = pairs.product() / dot_of(pairs.change(), pairs.change(), size);
        stalled = f - next_f <= noise / 16 && largest(next_g, size) >= progress.outcome.gradient_max ? stalled + 1 : 0;
        if (stalled == 2 * lbfgs_pairs) return FitEnd::rounding;
        std::swap(z, next_z);
        std::swap(g, next_g);
        f = next_f;
        std::copy(next, next + size, theta);
        if (!progress.record(theta, f, g, objective.noise(f))) return FitEnd::stopped;
    }
}

#define MLMATH_LBFGS(T)                                                                                                   \
    template double wolfe_step(const FitObjective<T>&, const T*, const T*, const double*, const double*, double, double); \
    template FitEnd lbfgs(const FitObjective<T>&, FitProgress&, double*)
MLMATH_LBFGS(double);
MLMATH_LBFGS(float);
#undef MLMATH_LBFGS

}  // namespace mlmath
