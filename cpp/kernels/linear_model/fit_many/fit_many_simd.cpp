// SPDX-License-Identifier: BSD-3-Clause
// fit_many of one group: Newton's method for as many problems as a register has lanes, in step but each by its own decisions.
// Compiled once per level.
#include "kernels/linear_model/fit_many/fit_many_group.hpp"
#include "simd/math.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

using Numbers = vec_f64;
using Where = mask<double>;
constexpr int W = width<double>;

MLMATH_INLINE Numbers number(double x) { return broadcast(x); }
MLMATH_INLINE Numbers pick(Where where, Numbers a, Numbers b) { return select<double>(where, a, b); }
MLMATH_INLINE Numbers larger(Numbers a, Numbers b) { return maximum<double>(a, b); }

// ---- losses -------------------------------------------------------------------------------------------------------------------

struct Squared {
    MLMATH_INLINE static void at(Numbers z, Numbers y, Numbers& loss, Numbers& slope, Numbers& curvature, Numbers&) {
        slope = z - y;
        loss = number(0.5) * slope * slope;
        curvature = number(1);
    }
};

// As in kernels/linear_model/logistic: with t = (1 - 2y) z and e = exp(-|t|), loss, slope and curvature of one exponential, without
// overflow or cancellation. wrong: the largest t, negative when every row is on its own side.
struct Logistic {
    MLMATH_INLINE static void at(Numbers z, Numbers y, Numbers& loss, Numbers& slope, Numbers& curvature, Numbers& wrong) {
        const Numbers sign = number(1) - (y + y), t = sign * z, e = exp(-absolute(t)), q = number(1) / (number(1) + e);
        const Where positive = t >= Numbers{};
        loss = pick(positive, t, Numbers{}) + log1p(e);
        slope = sign * (pick(positive, number(1), e) * q);
        curvature = e * q * q;
        wrong = t;
    }
};

struct Poisson {
    MLMATH_INLINE static void at(Numbers z, Numbers y, Numbers& loss, Numbers& slope, Numbers& curvature, Numbers&) {
        const Numbers rate = exp(z);
        loss = rate - y * z;
        slope = rate - y;
        curvature = rate;
    }
};

// ---- one pass: objective, residuals and curvatures ------------------------------------------------------------------------------

MLMATH_INLINE Numbers score(const FitManyGroup& g, const double* theta, std::ptrdiff_t i) {
    Numbers z{};
    for (std::ptrdiff_t j = 0; j < g.p; ++j) z = fma(load(g.x + (j * g.n + i) * W), load(theta + j * W), z);
    return z;
}

template <class Loss>
Numbers objective_at_trial(const FitManyGroup& g, Numbers& wrong) {
    constexpr double lowest = -1.7976931348623157e308;
    Numbers sum{};
    wrong = number(lowest);
    for (std::ptrdiff_t i = 0; i < g.n; ++i) {
        Numbers loss, slope, curvature, margin{};
        const Numbers s = load(g.s + i * W);
        Loss::at(score(g, g.trial, i), load(g.y + i * W), loss, slope, curvature, margin);
        sum = fma(s, loss, sum);
        wrong = larger(wrong, pick(s > Numbers{}, margin, number(lowest)));
        store(g.residual + i * W, s * slope);
        store(g.curvature + i * W, s * curvature);
    }
    for (std::ptrdiff_t j = 0; j < g.p; ++j) {
        const Numbers theta = load(g.trial + j * W);
        sum = fma(number(0.5) * load(g.penalty + j * W) * theta, theta, sum);
    }
    return sum;
}

// ---- gradient and Hessian -------------------------------------------------------------------------------------------------------

// Constraint: an FMA takes 4 cycles, two start per cycle: 8 chains at least; 32 registers (16 below AVX-512).
// Decision: 4 x 4 entries of X^T diag(h) X at a time: 8 loads and 4 products for 16 FMAs. J, K: the columns that are there.
template <int J, int K>
void hessian_tile(const FitManyGroup& g, std::ptrdiff_t j0, std::ptrdiff_t k0) {
    Numbers sum[J][K] = {};
    for (std::ptrdiff_t i = 0; i < g.n; ++i) {
        const Numbers h = load(g.curvature + i * W);
        Numbers column[K];
        MLMATH_UNROLL for (int k = 0; k < K; ++k) column[k] = load(g.x + ((k0 + k) * g.n + i) * W);
        MLMATH_UNROLL for (int j = 0; j < J; ++j) {
            const Numbers row = h * load(g.x + ((j0 + j) * g.n + i) * W);
            MLMATH_UNROLL for (int k = 0; k < K; ++k) sum[j][k] = fma(row, column[k], sum[j][k]);
        }
    }
    MLMATH_UNROLL for (int j = 0; j < J; ++j) {
        MLMATH_UNROLL for (int k = 0; k < K; ++k) store(g.hessian + ((j0 + j) * g.p + k0 + k) * W, sum[j][k]);
    }
}

void gradient_and_hessian(const FitManyGroup& g) {
    using Tile = void (*)(const FitManyGroup&, std::ptrdiff_t, std::ptrdiff_t);
    static constexpr Tile of[4][4] = {{hessian_tile<1, 1>, hessian_tile<1, 2>, hessian_tile<1, 3>, hessian_tile<1, 4>},
                                      {hessian_tile<2, 1>, hessian_tile<2, 2>, hessian_tile<2, 3>, hessian_tile<2, 4>},
                                      {hessian_tile<3, 1>, hessian_tile<3, 2>, hessian_tile<3, 3>, hessian_tile<3, 4>},
                                      {hessian_tile<4, 1>, hessian_tile<4, 2>, hessian_tile<4, 3>, hessian_tile<4, 4>}};
    for (std::ptrdiff_t j = 0; j < g.p; j += 4) {
        const std::ptrdiff_t columns = g.p - j < 4 ? g.p - j : 4;
        for (std::ptrdiff_t k = 0; k <= j; k += 4) of[columns - 1][(g.p - k < 4 ? g.p - k : 4) - 1](g, j, k);
    }
    for (std::ptrdiff_t j = 0; j < g.p; ++j) {
        const Numbers penalty = load(g.penalty + j * W);
        Numbers sum{};
        for (std::ptrdiff_t i = 0; i < g.n; ++i) sum = fma(load(g.residual + i * W), load(g.x + (j * g.n + i) * W), sum);
        store(g.gradient + j * W, fma(penalty, load(g.trial + j * W), sum));
        double* diagonal = g.hessian + (j * g.p + j) * W;
        store(diagonal, load(diagonal) + penalty);
    }
}

// ---- Newton direction
// -------------------------------------------------------------------------------------------------------------

// result = -H^-1 gradient by Cholesky; the lower triangle of H is overwritten. A pivot that has lost all its digits means a column
// that depends on those before it: its part of the direction is 0, and the others solve the smaller system.
void newton_direction(const FitManyGroup& g, double* result) {
    const std::ptrdiff_t p = g.p;
    const auto h = [&](std::ptrdiff_t j, std::ptrdiff_t k) { return g.hessian + (j * p + k) * W; };
    const Numbers negligible = number(static_cast<double>(p) * 0x1p-49);  // 8 p eps
    for (std::ptrdiff_t j = 0; j < p; ++j) {
        Numbers rest = -load(g.gradient + j * W);
        for (std::ptrdiff_t k = 0; k < j; ++k) {
            Numbers sum = load(h(j, k));
            for (std::ptrdiff_t m = 0; m < k; ++m) sum = fnma(load(h(j, m)), load(h(k, m)), sum);
            sum = sum * load(h(k, k));
            store(h(j, k), sum);
            rest = fnma(sum, load(result + k * W), rest);
        }
        const Numbers whole = load(h(j, j));
        Numbers pivot = whole;
        for (std::ptrdiff_t k = 0; k < j; ++k) pivot = fnma(load(h(j, k)), load(h(j, k)), pivot);
        const Where usable = pivot > negligible * whole;
        const Numbers inverse = pick(usable, number(1) / square_root(pick(usable, pivot, number(1))), Numbers{});
        store(h(j, j), inverse);
        store(result + j * W, rest * inverse);
    }
    for (std::ptrdiff_t j = p - 1; j >= 0; --j) {
        Numbers sum = load(result + j * W);
        for (std::ptrdiff_t k = j + 1; k < p; ++k) sum = fnma(load(h(k, j)), load(result + k * W), sum);
        store(result + j * W, sum * load(h(j, j)));
    }
}

// ---- the iteration
// ------------------------------------------------------------------------------------------------------------------

// The largest |x_i . direction|.
Numbers largest_move(const FitManyGroup& g) {
    Numbers largest{};
    for (std::ptrdiff_t i = 0; i < g.n; ++i)
        largest = larger(largest, pick(load(g.s + i * W) > Numbers{}, absolute(score(g, g.direction, i)), Numbers{}));
    return largest;
}

MLMATH_INLINE Numbers code(FitManyStatus status) { return number(static_cast<double>(status)); }

// Constraint: every problem takes its own steps, yet all lanes compute the same thing.
// Decision: each pass evaluates f, gradient and Hessian at `trial`. A lane whose f has fallen enough takes the point and a new
//   direction; one whose f has not halves its step; one that has ended keeps what it has.
template <class Loss>
void fit_group(const FitManyGroup& g, const FitManyOptions& options) {
    constexpr double enough = 0x1p-11;    // Armijo's share of the decrease promised, as scikit-learn's
    constexpr double rounding = 0x1p-48;  // f is computed to 16 eps of max(1, |f|): smaller differences say nothing
    constexpr double shortest = 0x1p-40;  // a shorter step changes nothing at full precision
    const bool may_separate = options.l2 == 0 && options.loss != LinearLoss::squared;
    const Numbers tolerance = number(options.tolerance), zero{};
    Numbers step = number(1), objective = zero, decrement = zero, gradient_max = zero, iterations = zero;
    Numbers status = code(FitManyStatus::not_converged), wrong;
    Where active = zero == zero;
    for (std::ptrdiff_t j = 0; j < g.p; ++j) store(g.trial + j * W, load(g.theta + j * W));

    for (bool first = true;; first = false) {
        const Numbers f = objective_at_trial<Loss>(g, wrong);
        const Numbers slack = number(rounding) * larger(absolute(objective), number(1));
        Where taken = active & (f - f == zero);  // finite
        if (first) {
            status = pick(taken, status, code(FitManyStatus::not_finite));
            active = taken;
        } else {
            taken &= f <= objective - number(enough) * step * decrement + slack;
        }
        if (any(taken)) {
            for (std::ptrdiff_t j = 0; j < g.p; ++j)
                store(g.theta + j * W, pick(taken, load(g.trial + j * W), load(g.theta + j * W)));
            objective = pick(taken, f, objective);
            if (!first) iterations = pick(taken, iterations + number(1), iterations);
            step = pick(taken, number(1), step);
            gradient_and_hessian(g);
            newton_direction(g, g.trial);  // trial is in theta where it matters
            Numbers new_decrement = zero, new_max = zero;
            for (std::ptrdiff_t j = 0; j < g.p; ++j) {
                const Numbers slope = load(g.gradient + j * W), direction = load(g.trial + j * W);
                new_decrement = fnma(slope, direction, new_decrement);
                new_max = larger(absolute(slope), new_max);
                store(g.direction + j * W, pick(taken, direction, load(g.direction + j * W)));
            }
            decrement = pick(taken, new_decrement, decrement);
            gradient_max = pick(taken, new_max, gradient_max);
            const Where done = taken & (gradient_max <= tolerance) & (number(0.5) * decrement <= tolerance);
            status = pick(done, code(FitManyStatus::converged), status);
            Where ended = done | (taken & (iterations >= number(options.max_iterations)));
            if (may_separate) {
                Where separable = Where{};
                if (options.loss == LinearLoss::logistic) separable = taken & (wrong < zero);
                if (any(done)) separable |= done & (largest_move(g) >= number(0.1));
                status = pick(separable, code(FitManyStatus::separable), status);
                ended |= separable;
            }
            active &= ~ended;
        }
        const Where halved = active & ~taken;
        step = pick(halved, number(0.5) * step, step);
        active &= ~(halved & (step < number(shortest)));
        if (!any(active)) break;
        for (std::ptrdiff_t j = 0; j < g.p; ++j) {
            const Numbers theta = load(g.theta + j * W);
            store(g.trial + j * W, pick(active, fma(step, load(g.direction + j * W), theta), theta));
        }
    }
    store(g.status, status);
    store(g.iterations, iterations);
    store(g.objective, objective);
    store(g.gradient_max, gradient_max);
    store(g.decrement, decrement);
}

void fit(const FitManyGroup& group, const FitManyOptions& options) {
    if (options.loss == LinearLoss::squared)
        fit_group<Squared>(group, options);
    else if (options.loss == LinearLoss::logistic)
        fit_group<Logistic>(group, options);
    else
        fit_group<Poisson>(group, options);
}

}  // namespace

extern const FitManyKernels fit_many_kernels;
const FitManyKernels fit_many_kernels = {W, fit};

}  // namespace mlmath::MLMATH_LEVEL
