// SPDX-License-Identifier: BSD-3-Clause
// x log y and x log(1 + y), 0 where x is 0: the terms of entropies and likelihoods.
#pragma once
#include "simd/math/power.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// Both logarithms in two parts; their rounding, times x, would be a second error beside the product's.
struct LogOf {
    static MLMATH_INLINE void parts(vec_f64 y, vec_f64 shift, vec_f64& high, vec_f64& low) { log_for_pow(y, shift, high, low); }
    // Where the logarithm is a number.
    static constexpr double pole = 0;
    static MLMATH_INLINE mask<double> regular(vec_f64 y) {
        return (bits<double>(y) > ints_of<double>(0)) & (bits<double>(y) < ints_of<double>(infinity_bits<double>));
    }
    static MLMATH_INLINE mask<double> usual(vec_f64 y) {
        constexpr std::int64_t smallest = bits_of(std::numeric_limits<double>::min());
        return (bits<double>(y) >= ints_of<double>(smallest)) & (bits<double>(y) < ints_of<double>(infinity_bits<double>));
    }
};
// 1 + y = u + lost exactly; log(u + lost) = log u + lost/u, the next term being below 2^-106.
struct Log1pOf {
    static MLMATH_INLINE void parts(vec_f64 y, vec_f64 shift, vec_f64& high, vec_f64& low) {
        const vec_f64 one = broadcast(1.0), u = y + one;
        const mask<double> beyond_1 = bits<double>(y) > ints_of<double>(bits_of(1.0));
        const vec_f64 lost = select<double>(beyond_1, one, y) - (u - select<double>(beyond_1, y, one));
        log_for_pow(u, shift, high, low);
        // A lost 1 of 2^60 has no weight, and 1/u might underflow.
        low += select<double>(bits<double>(y) > ints_of<double>(bits_of(0x1p60)), vec_f64{}, lost) / u;
    }
    static constexpr double pole = -1;
    static MLMATH_INLINE mask<double> regular(vec_f64 y) {
        const ints<double> i = bits<double>(y);
        const mask<double> negative = i < ints_of<double>(0);
        return (negative & (magnitude_bits<double>(y) < ints_of<double>(bits_of(1.0)))) |
               (~negative & (i < ints_of<double>(infinity_bits<double>)));
    }
    // Nothing in lost/u may underflow: y is 0 or not too small.
    static MLMATH_INLINE mask<double> usual(vec_f64 y) {
        const ints<double> a = magnitude_bits<double>(y);
        return regular(y) & ((a == ints_of<double>(0)) | (a > ints_of<double>(bits_of(0x1p-900))));
    }
};

// |x| in here: the product and its low part stay in the normal range, for logarithms between 2^-53 and 2^10.
constexpr double factor_smallest = 0x1p-700, factor_largest = 0x1p900;

// a / b with its flags; the sign of a NaN, which differs between machines, cleared.
MLMATH_INLINE double quotient_with_flags(double a, double b) {
    vec_f64 above = broadcast(a), below = broadcast(b);
    opaque<double>(above);
    opaque<double>(below);
    vec_f64 quotient = above / below;
    opaque<double>(quotient);
    return magnitude_bits<double>(quotient)[0] > infinity_bits<double> ? absolute(quotient)[0] : quotient[0];
}

template <class F>
__attribute__((noinline)) vec_f64 x_times_special(vec_f64 x, vec_f64 y) {
    const ints<double> a = magnitude_bits<double>(x), infinity = ints_of<double>(infinity_bits<double>);
    const vec_f64 one = broadcast(1.0);
    const mask<double> regular = F::regular(y), tiny = regular & ~F::usual(y);
    // log: y and its exponent scaled. log(1 + y) of a tiny y is y, below.
    constexpr bool scaled = F::pole == 0;
    const mask<double> by_parts = scaled ? regular : regular & ~tiny, by_scale = scaled ? tiny : tiny & ~tiny;
    const vec_f64 z = select<double>(by_parts, y, broadcast(0.5));
    vec_f64 high, low;
    F::parts(z * select<double>(by_scale, broadcast(0x1p54), one), select<double>(by_scale, broadcast(54.0), vec_f64{}), high, low);
    // The factor from far away towards 1, and the product back, rounded once more where it is subnormal.
    const mask<double> finite = (a < infinity) & (a != ints_of<double>(0));
    const mask<double> large = finite & (a > ints_of<double>(bits_of(0x1p500)));
    const mask<double> small = finite & (a < ints_of<double>(bits_of(0x1p-500)));
    const vec_f64 factor = select<double>(finite & regular, x, one) *
                           select<double>(large, broadcast(0x1p-600), select<double>(small, broadcast(0x1p600), one));
    vec_f64 product = fma(factor, high, factor * low);
    opaque<double>(product);
    const vec_f64 back = select<double>(large, broadcast(0x1p600), select<double>(small, broadcast(0x1p-600), one));
    vec_f64 result = product * select<double>(by_parts, back, one);
    for (int l = 0; l < width<double>; ++l) {
        const bool ordinary = by_parts[l] != 0;
        if (ordinary && finite[l] != 0) continue;
        const std::int64_t i = bits<double>(y)[l], k = i & std::numeric_limits<std::int64_t>::max();
        if (a[l] > infinity_bits<double> || k > infinity_bits<double>) {
            result[l] = a[l] > infinity_bits<double> ? x[l] : y[l];
        } else if (a[l] == 0) {
            result[l] = 0;
        } else {
            const bool pole = y[l] == F::pole, forbidden = y[l] < F::pole;
            const double logarithm = pole        ? quotient_with_flags(-1, 0)
                                     : forbidden ? quotient_with_flags(0, 0)
                                     : ordinary  ? high[l] + low[l]
                                                 : y[l];  // tiny or infinite
            vec_f64 left = broadcast(x[l]), right = broadcast(logarithm);
            opaque<double>(left);
            opaque<double>(right);
            vec_f64 whole = left * right;  // infinity times 0: "invalid"
            opaque<double>(whole);
            result[l] = magnitude_bits<double>(whole)[0] > infinity_bits<double> ? absolute(whole)[0] : whole[0];
        }
    }
    return result;
}

template <class F>
MLMATH_INLINE vec_f64 x_times(vec_f64 x, vec_f64 y) {
    constexpr std::int64_t smallest = bits_of(factor_smallest);
    const vec_u64 span = broadcast<std::uint64_t>(static_cast<std::uint64_t>(bits_of(factor_largest) - smallest));
    const mask<double> outside = (mask<double>)((vec_u64)(magnitude_bits<double>(x) - smallest) > span);
    if (any(outside | ~F::usual(y))) [[unlikely]]
        return x_times_special<F>(x, y);
    vec_f64 high, low;
    F::parts(y, vec_f64{}, high, low);
    return fma(x, high, x * low);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 xlogy(vec_f64 x, vec_f64 y) { return math_detail::x_times<math_detail::LogOf>(x, y); }
MLMATH_INLINE vec_f32 xlogy(vec_f32 x, vec_f32 y) {
    return math_detail::through_doubles(
        x, y, [](vec_f64 a, vec_f64 b) __attribute__((always_inline)) { return math_detail::x_times<math_detail::LogOf>(a, b); });
}
MLMATH_INLINE vec_f64 xlog1py(vec_f64 x, vec_f64 y) { return math_detail::x_times<math_detail::Log1pOf>(x, y); }
MLMATH_INLINE vec_f32 xlog1py(vec_f32 x, vec_f32 y) {
    return math_detail::through_doubles(
        x, y, [](vec_f64 a, vec_f64 b) __attribute__((always_inline)) { return math_detail::x_times<math_detail::Log1pOf>(a, b); });
}

}  // namespace mlmath::MLMATH_LEVEL
