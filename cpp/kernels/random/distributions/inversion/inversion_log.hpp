// SPDX-License-Identifier: BSD-3-Clause
// inversion: uniform numbers known from both of their ends, and their logarithms, short and long. For kernel units.
//
// No branch, no division; only operations that every CPU rounds alike.
#pragma once
#include "kernels/random/distributions/inversion/inversion_coefficients.hpp"
#include "kernels/random/distributions/uniform_log.hpp"

namespace mlmath::MLMATH_LEVEL {

// u = (w + 1/2) 2^-64 (halves: 2^-32) as distances: from the nearer end, from the middle 1/2, and from the nearer of the two.
// Distances not used cost nothing.
template <class T>
struct TwoSided {
    vec<T> end, middle, nearest;
    mask<T> upper;        // u > 1/2: `end` is 1 - u
    mask<T> near_middle;  // `nearest` is `middle`
};

// x < 2^64 rounded once to double. Without the instruction: as to_double(), which knows no sign.
MLMATH_INLINE vec_f64 unsigned_to_double(vec_u64 x) {
#if defined(__AVX512DQ__)
    return (vec_f64)_mm512_cvtepu64_pd((__m512i)x);
#else
    return to_double(x);
#endif
}

// Of 64-bit words. odd = 2 t 2^64 is below 2^64 and odd: 1/2 - t is its negative, and neither is 0.
MLMATH_INLINE TwoSided<double> two_sided(vec_u64 w) {
    const vec_i64 sign = (vec_i64)w >> 63;
    const vec_u64 odd = ((w << 1) ^ (vec_u64)sign) | broadcast<std::uint64_t>(1);
    const vec_i64 side = (vec_i64)odd >> 63;
    return {unsigned_to_double(odd) * 0x1p-65, unsigned_to_double(-odd) * 0x1p-65,
            to_double((odd ^ (vec_u64)side) - (vec_u64)side) * 0x1p-65, (vec_i64)w < vec_i64{}, (vec_i64)odd < vec_i64{}};
}

// Of halves, given in 64-bit lanes, in double: exact.
MLMATH_INLINE vec_u64 folded_half(vec_u64 h) { return h ^ (-(h >> 31) & broadcast<std::uint64_t>(0xffffffffu)); }
MLMATH_INLINE TwoSided<double> two_sided_half(vec_u64 h) {
    const vec_f64 end = (to_double(folded_half(h)) + 0.5) * 0x1p-32, middle = 0.5 - end;
    return {end, middle, minimum<double>(end, middle), (vec_i64)(h << 32) < vec_i64{}, middle < end};
}

// Of halves, in float.
MLMATH_INLINE vec_u32 folded_half(vec_u32 h) { return h ^ (vec_u32)((vec_i32)h >> 31); }
MLMATH_INLINE TwoSided<float> two_sided_half(vec_u32 h) {
    const vec_i32 folded = (vec_i32)folded_half(h), odd = (vec_i32)((vec_u32)folded << 1 | broadcast<std::uint32_t>(1)),
                  side = odd >> 31;
    const auto distance = [](vec_i32 i)
                              __attribute__((always_inline)) { return (__builtin_convertvector(i, vec_f32) + 0.5f) * 0x1p-32f; };
    return {distance(folded), distance(folded ^ broadcast<std::int32_t>(0x7fffffff)),
            __builtin_convertvector((odd ^ side) - side, vec_f32) * 0x1p-33f, (vec_i32)h < vec_i32{}, odd < vec_i32{}};
}

template <class T>
struct LogArguments {
    vec<T> x, halvings;
    mask<T> index;
};

// v = 2^-halvings (1 - x) / c[index], or 1 - v the same where near_one.
template <class T>
MLMATH_INLINE LogArguments<T> log_arguments(vec<T> v, mask<T> near_one) {
    using C = LogNumbers<T>;
    constexpr T shift = sizeof(T) == 8 ? T(0x1.8p52) : T(0x1.8p23);  // adding it rounds to an integer, in the low bits
    const vec<T> g = select<T>(near_one, v, T(1) - mantissa(v)), k = select<T>(near_one, vec<T>{}, halvings(v, T(0)));
    const mask<T> index = (mask<T>)fma(g, broadcast(T(14)), broadcast(shift));
    const vec<T> c = lookup(C::inverse, index);
    return {fma(g, c, T(1) - c), k, index};
}

// -ln v, or -ln(1 - v) where near_one (v <= 1/2 there): relative error 2^-46.5 for results of a uniform number, which are sums of
// positive terms; absolute for others.
template <class T>
struct LogReduction {
    vec<T> x, leading;
};
template <class T>
MLMATH_INLINE LogReduction<T> log_reduced(vec<T> v, mask<T> near_one) {
    using C = LogNumbers<T>;
    const LogArguments<T> a = log_arguments<T>(v, near_one);
    return {a.x, fma(a.halvings, broadcast(C::ln2), lookup(C::log, a.index))};
}
template <class T>
MLMATH_INLINE vec<T> minus_log_of(const LogReduction<T>& a) {
    return fma(a.x, two_chains(LogNumbers<T>::terms, a.x), a.leading);
}
template <class T>
MLMATH_INLINE vec<T> minus_log(vec<T> v, mask<T> near_one) {
    return minus_log_of<T>(log_reduced<T>(v, near_one));
}

// The same as high + low, low at most half an ulp of high; error 2^-53, and relative to small results 2^-52.
MLMATH_INLINE void minus_log_long(vec_f64 v, mask<double> near_one, vec_f64& high, vec_f64& low) {
    using C = LogNumbers<double>;
    const LogArguments<double> a = log_arguments<double>(v, near_one);
    const vec_f64 leading = fma(a.halvings, broadcast(C::ln2_high), lookup(C::high, a.index));  // exact
    const vec_f64 rest = fma(a.halvings, broadcast(C::ln2_low), lookup(C::low, a.index));
    const vec_f64 sum = leading + a.x, lost = (leading - sum) + a.x;
    const vec_f64 correction = lost + fma(a.x * a.x, two_chains(C::curve, a.x), rest);
    high = sum + correction;
    low = (sum - high) + correction;
}

}  // namespace mlmath::MLMATH_LEVEL
