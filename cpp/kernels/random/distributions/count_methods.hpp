// SPDX-License-Identifier: BSD-3-Clause
// What the direct methods of laws on counts share: logarithms of probabilities that do not cancel for counts of any size,
// inversion by search from 0, uniform numbers. For kernel units: everything lives in the level's namespace.
#pragma once
#include "kernels/random/distributions/uniform_log.hpp"
#include "kernels/random/engines/extra_words.hpp"
#include "simd/math/exp.hpp"
#include "simd/math/log.hpp"

namespace mlmath::MLMATH_LEVEL {

MLMATH_INLINE vec_f64 natural_log(vec_f64 x) { return math_detail::log_in_range<math_detail::NaturalLog<double>, double>(x); }

// (floor(w / 2^12) + 1/2) 2^-52: symmetric about 1/2, never 0 or 1.
MLMATH_INLINE vec_f64 open_unit(vec_u64 w) {
    return bits_as<double>((w >> 12) | broadcast<std::uint64_t>(0x3ff0000000000000u)) - broadcast(1 - 0x1p-53);
}

// floor(x) for |x| < 2^51: to the nearest by the addition that rounds, and down by one where that was up.
MLMATH_INLINE vec_f64 floor_below_2_51(vec_f64 x) {
    const vec_f64 nearest = (x + 0x1.8p52) - 0x1.8p52;
    return nearest - select<double>(nearest > x, broadcast(1.0), vec_f64{});
}

// floor(x) for x >= 0 of any size: from 2^52 on every double is whole.
MLMATH_INLINE vec_f64 floor_of_positive(vec_f64 x) {
    const vec_f64 y = minimum<double>(x, broadcast(0x1p52)), nearest = (y + 0x1p52) - 0x1p52;
    return select<double>(x < 0x1p52, nearest - select<double>(nearest > y, broadcast(1.0), vec_f64{}), x);
}

// ln k! - k ln k + k for integers k >= 0: Stirling's error and (1/2) ln(2 pi k) in one, 0 for k = 0. Stirling's series from 16 on:
// the first term left out is below 2^-53.
inline constexpr double small_factorials[16] = {
    0x0.0p+0,
    0x1.0000000000000p+0,
    0x1.4e8de8082e308p+0,
    0x1.7ef4c8a2316e2p+0,
    0x1.a2042fd3b7235p+0,
    0x1.bd847196e2524p+0,
    0x1.d42550e3f471ap+0,
    0x1.e75ecd60de91bp+0,
    0x1.f8150242b012fp+0,
    0x1.036e6368ac3dep+1,
    0x1.0a0e4ed3fe17cp+1,
    0x1.100f1175d0b5ep+1,
    0x1.158bfdcbc9c40p+1,
    0x1.1a99eb055764fp+1,
    0x1.1f491b8e50eebp+1,
    0x1.23a67d6776062p+1,
};
MLMATH_INLINE vec_f64 factorial_excess(vec_f64 k) {
    const vec_f64 x = maximum<double>(k, broadcast(16.0)), r = 1.0 / x, s = r * r;
    vec_f64 series = fma(s, broadcast(1.0 / 1188), broadcast(-1.0 / 1680));
    series = fma(s, series, broadcast(1.0 / 1260));
    series = fma(s, series, broadcast(-1.0 / 360));
    series = fma(s, series, broadcast(1.0 / 12));
    vec_f64 excess = fma(r, series, 0.5 * natural_log(x * 0x1.921fb54442d18p+2));
    if (any(k < 16.0)) {
        MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) if (k[l] < 16) excess[l] =
            small_factorials[static_cast<int>(maximum<double>(k, vec_f64{})[l])];
    }
    return excess;
}

// x ln(x / m) + m - x for x >= 0, m > 0, given x and the difference d = x - m, which may have digits that x lacks [Loader2000].
// With v = d / (x + m) it is d v + 2 x v (v^2/3 + v^4/5 + ...): nothing cancels. From |v| = 1/10 on its terms are of x's size
// themselves.
MLMATH_INLINE vec_f64 deviance(vec_f64 x, vec_f64 m, vec_f64 d) {
    const vec_f64 v = d / (x + m), s = v * v;
    vec_f64 series = broadcast(1.0 / 19);
    MLMATH_UNROLL for (int j = 17; j >= 3; j -= 2) series = fma(series, s, broadcast(1.0 / j));
    vec_f64 value = fma(d, v, 2.0 * x * v * (s * series));
    const mask<double> far = s > 0.01;
    if (any(far)) value = select<double>(far, x * natural_log(maximum<double>(x, broadcast(0x1p-900)) / m) - d, value);
    return value;
}

// The k with p(0) + ... + p(k-1) <= u < p(0) + ... + p(k), where p(k+1) = p(k) ratio(k) / (k + 1), for the lanes in `which`. Sums
// are rounded, so the last p's may be missed: past the mean the search ends where p is below 2^-56.
template <class Ratio>
MLMATH_INLINE vec_f64 search_from_zero(mask<double> which, vec_f64 u, vec_f64 p, vec_f64 mean, Ratio ratio) {
    vec_f64 k{};
    double step = 0;
    for (mask<double> on = which;; step += 1) {
        on &= (u >= p) & ~((p < 0x1p-56) & (broadcast(step) > mean));
        if (!any(on)) return k;
        u = select<double>(on, u - p, u);
        p = p * ratio(step) / (step + 1);
        k = select<double>(on, broadcast(step + 1), k);
    }
}

MLMATH_INLINE vec_f64 gathered(const double* from, const std::uint64_t* i) {
    vec_f64 v;
    MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) v[l] = from[i[l]];
    return v;
}

// The words of element i of two words in units of 32: words j of two steps.
MLMATH_INLINE const std::uint64_t* first_of_two(const std::uint64_t* words, std::uint64_t i) {
    return words + i / 16 * 32 + i % 16;
}

// Rejection of elements of two words: list[0 .. count) are those whose own words have not been accepted at once. attempt(i, first,
// second) stores the counts of the accepted among the elements i[0 .. width) (the last may be repeated) and returns their bits.
template <class Attempt>
MLMATH_INLINE void settle(const StreamKey& key, std::uint64_t unit, std::uint64_t domain, const std::uint64_t* words,
                          std::uint32_t* list, std::ptrdiff_t count, Attempt attempt) {
    constexpr int w = width<double>;
    std::ptrdiff_t kept = 0;
    for (std::ptrdiff_t at = 0; at < count; at += w) {
        const int n = count - at < w ? static_cast<int>(count - at) : w;
        alignas(64) std::uint64_t i[w];
        vec_u64 first, second;
        MLMATH_UNROLL for (int l = 0; l < w; ++l) {
            i[l] = list[at + (l < n ? l : n - 1)];
            first[l] = first_of_two(words, i[l])[0], second[l] = first_of_two(words, i[l])[16];
        }
        const unsigned accepted = attempt(i, first, second);
        for (int l = 0; l < n; ++l) {
            list[kept] = static_cast<std::uint32_t>(i[l]);
            kept += (accepted >> l & 1) ^ 1;
        }
    }
    draw_again(key, unit, 4, domain, list, kept,
               [&](const std::uint64_t* i, int, const vec_u64(&x)[4])
                   __attribute__((always_inline)) { return attempt(i, x[0], x[1]); });
}

MLMATH_INLINE void store_accepted(std::int64_t* out, const std::uint64_t* i, unsigned accepted, vec_i64 count) {
    for (; accepted != 0; accepted &= accepted - 1) out[i[__builtin_ctz(accepted)]] = count[__builtin_ctz(accepted)];
}

}  // namespace mlmath::MLMATH_LEVEL
