// SPDX-License-Identifier: BSD-3-Clause
// binomial: direct methods for a register of parameters. For kernel units: everything lives in the level's namespace.
#pragma once
#include "kernels/random/distributions/count_methods.hpp"

namespace mlmath::MLMATH_LEVEL {

constexpr double binomial_search_below = 10;

// n trials of the rarer of success and failure.
struct RarerTrials {
    vec_f64 n, p, mean, mean_low;  // p <= 1/2; n p = mean + mean_low
    mask<double> reflected;

    MLMATH_INLINE RarerTrials(vec_f64 trials, vec_f64 probability) : n(trials) {
        reflected = probability > 0.5;
        p = select<double>(reflected, 1.0 - probability, probability);  // exact above 1/2
        mean = n * p;
        mean_low = fma(n, p, -mean);
    }
    MLMATH_INLINE mask<double> searched() const { return mean < binomial_search_below; }
    MLMATH_INLINE vec_i64 count(vec_f64 k) const { return __builtin_convertvector(select<double>(reflected, n - k, k), vec_i64); }

    // By search from 0, where `which` says; a small mean.
    MLMATH_INLINE vec_f64 search(mask<double> which, vec_u64 w) const {
        const vec_f64 none =
            math_detail::exp_in_range<double>(maximum<double>(n * math_detail::log1p_in_range<double>(-p), broadcast(-40.0)));
        const vec_f64 odds = p / (1.0 - p), trials = n;
        const vec_f64 k = search_from_zero(which, open_unit(w), none, mean,
                                           [odds, trials](double i) __attribute__((always_inline)) { return (trials - i) * odds; });
        return minimum<double>(k, n);
    }
};

// Hormann's hat for means of at least 10, and what it makes of two words. A candidate is mode + offset, so that its difference to
// the mean keeps its digits however large n is.
struct BinomialCandidate {
    vec_f64 mode, fraction;  // of the mean: what it has beyond the mode
    vec_f64 deviation, a, b, us, v, offset;

    MLMATH_INLINE BinomialCandidate(const RarerTrials& t, vec_u64 w, vec_u64 second) {
        mode = floor_of_positive(t.mean + t.p);
        fraction = (t.mean - mode) + t.mean_low;
        deviation = square_root(t.mean * (1.0 - t.p));
        b = fma(deviation, broadcast(2.53), broadcast(1.15));
        a = fma(t.p, broadcast(0.01), fma(b, broadcast(0.0248), broadcast(-0.0873)));
        const vec_f64 u = open_unit(w) - 0.5;
        us = 0.5 - absolute(u);
        v = open_unit(second);
        const vec_f64 x = fma(2.0 * a / us + b, u, fraction + 0.5);
        const vec_f64 within = minimum<double>(maximum<double>(x, broadcast(-0x1p50)), broadcast(0x1p50));
        offset = select<double>(x < 0x1p50, floor_below_2_51(within), broadcast(-0x1p70));
    }
    MLMATH_INLINE mask<double> accepted_at_once() const { return (us >= 0.07) & (v <= broadcast(0.92) - 4.2 / b); }
    MLMATH_INLINE mask<double> accepted(const RarerTrials& t) const {
        const mask<double> possible = (mode + offset >= 0.0) & (mode + offset <= t.n);
        const vec_f64 d = select<double>(possible, offset, vec_f64{}), k = mode + d, other_mean = t.n - t.mean;
        const vec_f64 hat = v * ((2.83 + 5.1 / b) * deviation) / (a / (us * us) + b);
        const auto minus_log_p = [&](vec_f64 count, vec_f64 difference) __attribute__((always_inline)) {
            return (factorial_excess(count) + factorial_excess(t.n - count)) +
                   (deviance(count, t.mean, difference) + deviance(t.n - count, other_mean, -difference));
        };
        return possible & (natural_log(hat) <= minus_log_p(mode, -fraction) - minus_log_p(k, d - fraction));
    }
    MLMATH_INLINE vec_f64 count() const { return maximum<double>(mode + offset, vec_f64{}); }
};

}  // namespace mlmath::MLMATH_LEVEL
