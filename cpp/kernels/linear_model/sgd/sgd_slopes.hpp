// SPDX-License-Identifier: BSD-3-Clause
// sgd: derivatives of the losses for one score, losses of a run of scores. For kernel units only.
#pragma once
#include "kernels/linear_model/sgd/sgd_block.hpp"
#include "kernels/linear_model/sgd/sgd_weights.hpp"
#include "simd/math.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// 2^(j/64), rounded from sums of at least 64 bits.
struct PowersOfTwo {
    double value[64];
    constexpr PowersOfTwo() : value{} {
        for (int j = 0; j < 64; ++j) {
            long double term = 1, sum = 1;
            for (int k = 1; k < 24; ++k) sum += term *= 0.6931471805599453094172L * static_cast<long double>(j) / 64 / k;
            value[j] = static_cast<double>(sum);
        }
    }
};
inline constexpr PowersOfTwo powers_of_two;

// numerator / (1 + e^(sign p)), within (|p| + 6) eps of itself (NaN for NaN): for y = 1 the logistic slope is -1 / (1 + e^p), for y
// = 0 it is 1 / (1 + e^-p), and times the row's gain they are its update. Constraint: the next row waits for it, and for one number
// only: what counts is the longest chain. Arithmetic: x = sign p = n step + r
//   with step = ln(2)/64; |r| < 0.0055, of whose series q the terms up to r^5 are needed (r^6/720 < 4e-17); n step is off by
//   |n step| eps/4, which the rounding of p exceeds, so that step needs no second half; 1 + e^x = (1 + power) + power q. The chain:
//   3 instructions to r (fma, add, fma), 3 for q, 1 for the sum, the division; simd/math/exp.hpp takes 20 for the last bit and for
//   any x. Decision: this one. Beyond 708 e^x is no finite double, and the quotient 0 or the numerator.
MLMATH_INLINE double over_one_plus_exp(double numerator, double sign, double p) {
    constexpr double shift = 0x1.8p52, steps = 92.332482616893656, step = 0.010830424696249145;
    if (!(p > -708 && p < 708)) [[unlikely]]
        return p != p ? p : sign * p > 0 ? 0 : numerator;
    const double planted = fma(p, sign * steps, shift);
    const double r = fnma(planted - shift, step, sign * p);
    const auto n = __builtin_bit_cast(std::uint64_t, planted);  // in its low bits
    const double power =
        __builtin_bit_cast(double, __builtin_bit_cast(std::uint64_t, powers_of_two.value[n & 63]) + ((n >> 6) << 52));
    const double low = fma(r, 1.0 / 6, 0.5), high = fma(r, 1.0 / 120, 1.0 / 24), square = r * r;
    return numerator / fma(power, fma(square, fma(square, high, low), r), 1 + power);
}

// d loss / d p, clipped. One switch a row, always the same way: predicted.
MLMATH_INLINE double slope(SgdLoss loss, double c, double y, double p) {
    const double z = y * p, r = p - y;
    double g = 0;
    switch (loss) {
        case SgdLoss::hinge:
            g = z <= c ? -y : 0;
            break;
        case SgdLoss::squared_hinge:
            g = c - z > 0 ? -2 * y * (c - z) : 0;
            break;
        case SgdLoss::modified_huber:
            g = z >= 1 ? 0 : z >= -1 ? 2 * (1 - z) * -y : -4 * y;
            break;
        case SgdLoss::log:  // see update_of
            break;
        case SgdLoss::squared:
            g = r;
            break;
        case SgdLoss::huber:
            g = r > c ? c : r < -c ? -c : r;
            break;
        case SgdLoss::epsilon:
            g = -r > c ? -1 : r > c ? 1 : 0;
            break;
        case SgdLoss::squared_epsilon:
            g = r > c ? 2 * (r - c) : r < -c ? 2 * (r + c) : 0;
            break;
    }
    constexpr double most = 1e12;
    return g < -most ? -most : g > most ? most : g;
}

// gain times the slope. y of `log` is 0 or 1.
MLMATH_INLINE double update_of(SgdLoss loss, double c, double gain, double y, double p) {
    if (loss == SgdLoss::log) return over_one_plus_exp(gain * (1 - 2 * y), 2 * y - 1, p);
    return gain * slope(loss, c, y, p);
}

template <class Loss>
MLMATH_INLINE double sum_of(const double* y, double* p, std::ptrdiff_t count, Loss loss) {
    std::ptrdiff_t i = 0;
    for (; i < count; i += W) store(p + i, loss(load(y + i), load(p + i)));
    for (std::ptrdiff_t k = count; k < sgd_block_rows && k < count + sgd_lanes; ++k) p[k] = 0;
    vec_f64 sum[registers] = {};
    for (i = 0; i < count; i += sgd_lanes) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) sum[r] = sum[r] + load(p + i + r * W);
    }
    return sum_of_lanes(sum);
}

// The losses of `count` scores, which are overwritten.
double losses_of(SgdLoss loss, double threshold, const double* y, double* p, std::ptrdiff_t count) {
    using V = vec_f64;
    const V c = broadcast(threshold), zero{};
    const auto above = [=](V v) __attribute__((always_inline)) { return maximum<double>(v, zero); };
    switch (loss) {
        case SgdLoss::hinge:
            return sum_of(y, p, count, [=](V a, V b) { return above(c - a * b); });
        case SgdLoss::squared_hinge:
            return sum_of(y, p, count, [=](V a, V b) { return above(c - a * b) * above(c - a * b); });
        case SgdLoss::modified_huber:
            return sum_of(y, p, count, [=](V a, V b) {
                const V z = a * b, m = above(1.0 - z);
                return select<double>(z >= broadcast(-1.0), m * m, -4.0 * z);
            });
        case SgdLoss::log:
            return sum_of(y, p, count, [=](V a, V b) { return softplus(b) - a * b; });
        case SgdLoss::squared:
            return sum_of(y, p, count, [=](V a, V b) { return 0.5 * (a - b) * (a - b); });
        case SgdLoss::huber:
            return sum_of(y, p, count, [=](V a, V b) {
                const V r = absolute(a - b);
                return select<double>(r <= c, 0.5 * r * r, c * (r - 0.5 * c));
            });
        case SgdLoss::epsilon:
            return sum_of(y, p, count, [=](V a, V b) { return above(absolute(a - b) - c); });
        case SgdLoss::squared_epsilon:
            return sum_of(y, p, count, [=](V a, V b) { return above(absolute(a - b) - c) * above(absolute(a - b) - c); });
    }
    return 0;
}

}  // namespace
}  // namespace mlmath::MLMATH_LEVEL
