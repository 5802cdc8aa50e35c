// SPDX-License-Identifier: BSD-3-Clause
// The logarithm of a uniform number, right at both of its ends: what the normal, the exponential and their relatives are made of.
// For kernel units: everything lives in the level's namespace.
//
// No table, no branch, no division. Only operations that every CPU rounds alike, in the textbooks' order.
#pragma once
#include "kernels/random/distributions/normal/normal_coefficients.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// c[0] + c[1] x + ... + c[N-1] x^(N-1). Even and odd powers are two chains of fused multiply-adds: half the latency of one.
template <class T, int N>
MLMATH_INLINE vec<T> two_chains(const T (&c)[N], vec<T> x) {
    const vec<T> square = x * x;
    vec<T> even = broadcast<T>(c[N - 1]), odd = broadcast<T>(c[N - 2]);
    MLMATH_UNROLL for (int i = N - 3; i >= 0; i -= 2) even = fma_once(even, square, broadcast<T>(c[i]));
    MLMATH_UNROLL for (int i = N - 4; i >= 0; i -= 2) odd = fma_once(odd, square, broadcast<T>(c[i]));
    return fma_once(odd, x, even);
}
template <class T, int N>
MLMATH_INLINE vec<T> horner(const T (&c)[N], vec<T> x) {
    vec<T> sum = broadcast<T>(c[N - 1]);
    MLMATH_UNROLL for (int i = N - 2; i >= 0; --i) sum = fma_once(sum, x, broadcast<T>(c[i]));
    return sum;
}

// 0 <= x < 2^63 rounded once to double. Without the instruction: the upper half as 2^84 + hi 2^32, the lower as 2^52 + lo;
// everything before the last sum is exact.
MLMATH_INLINE vec_f64 to_double(vec_u64 x) {
#if defined(__AVX512DQ__)
    return (vec_f64)_mm512_cvtepi64_pd((__m512i)x);
#else
    const vec_f64 high = bits_as<double>((x >> 32) | broadcast<std::uint64_t>(0x4530000000000000u));
    const vec_f64 low =
        bits_as<double>((x & broadcast<std::uint64_t>(0xffffffffu)) | broadcast<std::uint64_t>(0x4330000000000000u));
    return (high - broadcast(0x1p84 + 0x1p52)) + low;
#endif
}

// d = m 2^e with m in [1/2, 1), d normal and positive: `m`, and `top` - e as a number.
MLMATH_INLINE vec_f64 mantissa(vec_f64 d) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_maskz_getmant_pd(0xff, (__m512d)d, _MM_MANT_NORM_p5_1, _MM_MANT_SIGN_zero);
#else
    const vec_u64 fraction = bits_as<std::uint64_t>(d) & broadcast<std::uint64_t>(0x000fffffffffffffu);
    return bits_as<double>(fraction | broadcast<std::uint64_t>(0x3fe0000000000000u));
#endif
}
MLMATH_INLINE vec_f64 halvings(vec_f64 d, double top) {
#if defined(__AVX512F__)
    return broadcast(top - 1) - (vec_f64)_mm512_maskz_getexp_pd(0xff, (__m512d)d);
#else  // the biased exponent, e + 1022, as 2^52 + e + 1022
    const vec_u64 biased = (bits_as<std::uint64_t>(d) >> 52) | broadcast<std::uint64_t>(0x4330000000000000u);
    return broadcast(0x1p52 + 1022 + top) - bits_as<double>(biased);
#endif
}
MLMATH_INLINE vec_f32 mantissa(vec_f32 d) {
#if defined(__AVX512F__)
    return (vec_f32)_mm512_maskz_getmant_ps(0xffff, (__m512)d, _MM_MANT_NORM_p5_1, _MM_MANT_SIGN_zero);
#else
    return bits_as<float>((bits_as<std::uint32_t>(d) & broadcast<std::uint32_t>(0x007fffffu)) |
                          broadcast<std::uint32_t>(0x3f000000u));
#endif
}
MLMATH_INLINE vec_f32 halvings(vec_f32 d, float top) {
#if defined(__AVX512F__)
    return broadcast(top - 1) - (vec_f32)_mm512_maskz_getexp_ps(0xffff, (__m512)d);
#else
    return broadcast(126 + top) - __builtin_convertvector(bits_as<std::int32_t>(bits_as<std::uint32_t>(d) >> 23), vec_f32);
#endif
}

// -2 ln u, u = d / unit_scale or, where near_one, 1 - d / unit_scale.
//
// Constraint: full relative accuracy at both ends: u near 0 is the tail, u near 1 the small values, where 1 - u must not be
//   rounded away.
// Arithmetic: for u = m 2^-k, m in [1/2, 1): -2 ln u = 2 k ln 2 - 2 ln(1 - g), g = 1 - m exact; for u > 1/2, k = 0 and g = 1 - u
//   is known exactly. Both terms are >= 0, so nothing cancels. g in [0, 1/2] costs a polynomial of degree 16; atanh's shorter
//   series would cost a division.
template <class T>
MLMATH_INLINE vec<T> minus_two_log(vec<T> d, mask<T> near_one, T bits, T unit) {
    using C = NormalCoefficients<T>;
    const vec<T> g = select<T>(near_one, d * unit, T(1) - mantissa(d));
    const vec<T> k = select<T>(near_one, vec<T>{}, halvings(d, bits));
    return fma_once(k, broadcast<T>(C::two_ln2), g * two_chains(C::log_terms, g));
}

// -2 ln u of u = (w + 1/2) 2^-64: relative error below 2^-46; between 2^-64 and 90.1. Half of it is a standard exponential.
MLMATH_INLINE vec_f64 minus_two_log_of_word(vec_u64 w) {
    const vec_u64 folded = w ^ (vec_u64)((vec_i64)w >> 63);  // from the nearer end
    return minus_two_log<double>(to_double(folded) + 0.5, (vec_i64)w < vec_i64{}, 64, 0x1p-64);
}

}  // namespace mlmath::MLMATH_LEVEL
