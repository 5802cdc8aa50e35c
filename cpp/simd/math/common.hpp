// SPDX-License-Identifier: BSD-3-Clause
// What the functions of simd/math.hpp share: constants of the two formats, bits of numbers, polynomials.
#pragma once
#include <cstdint>
#include <limits>

#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// Everything that differs between float and double.
template <class T>
struct MathConstants;
template <>
struct MathConstants<double> {
    static constexpr int mantissa_bits = 52, exponent_bias = 1023;
    static constexpr double log2_e = 0x1.71547652b82fep+0;
    // ln 2 in two parts; n times the first is exact for the 11 bits that |n| <= 1100 needs.
    static constexpr double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
    // (exp r - 1 - r) / r^2 on |r| <= ln(2)/2, relative error 3.5e-18
    static constexpr double exp_terms[] = {
        0x1.000000000000bp-1,  0x1.5555555555561p-3,  0x1.5555555550030p-5,  0x1.111111110d63dp-7,  0x1.6c16c185a7594p-10,
        0x1.a01a01bae17b4p-13, 0x1.a0199693b7633p-16, 0x1.71dddfcd3d669p-19, 0x1.28b049187b366p-22, 0x1.af8585facd236p-26};
    // (2 atanh(s) / s - 2) / s^2 in powers of s^2, |s| <= 0.1716, error 2.5e-18
    static constexpr double log_terms[] = {0x1.5555555555592p-1, 0x1.999999997fd77p-2, 0x1.24924941f4f9ap-2, 0x1.c71c5206090c9p-3,
                                           0x1.74663fa1fa5f3p-3, 0x1.39a1a6faa1df0p-3, 0x1.2f06346bb211dp-3};
    static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
    static constexpr double exp_safe = 708;                              // below: every step of exp stays in the normal range
    static constexpr double exp_clamp_low = -750, exp_clamp_high = 710;  // beyond: 0 and infinity
    static constexpr double negligible = 0x1p-54;                        // 1 + x rounds to 1 (and log1p x to x)
    static constexpr double subnormal_scale = 0x1p54, subnormal_shift = 54;
};
template <>
struct MathConstants<float> {
    static constexpr int mantissa_bits = 23, exponent_bias = 127;
    static constexpr float log2_e = 0x1.715476p+0f;
    static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;  // exact for the 8 bits of |n| <= 155
    // errors 3.1e-9 and 1e-11
    static constexpr float exp_terms[] = {0x1.000000p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123b56p-7f, 0x1.6db428p-10f};
    static constexpr float log_terms[] = {0x1.555554p-1f, 0x1.999a7ap-2f, 0x1.2438d2p-2f, 0x1.e2f722p-3f};
    static constexpr float sqrt_half = 0x1.6a09e6p-1f;
    static constexpr float exp_safe = 87;
    static constexpr float exp_clamp_low = -105, exp_clamp_high = 89;
    static constexpr float negligible = 0x1p-25f;
    static constexpr float subnormal_scale = 0x1p25f, subnormal_shift = 25;
};

namespace math_detail {

template <class T>
using Int = typename Lane<T>::sint;
template <class T>
using ints = vec<Int<T>>;

// The bits of a constant, as the signed integer of its width.
template <class T>
constexpr Int<T> bits_of(T x) {
    return __builtin_bit_cast(Int<T>, x);
}
template <class T>
constexpr Int<T> infinity_bits = bits_of(std::numeric_limits<T>::infinity());

template <class T>
MLMATH_INLINE ints<T> bits(vec<T> x) {
    return (ints<T>)x;
}
template <class T>
MLMATH_INLINE ints<T> magnitude_bits(vec<T> x) {
    return (ints<T>)absolute(x);
}
template <class T>
MLMATH_INLINE ints<T> ints_of(Int<T> i) {
    return broadcast<Int<T>>(i);
}

// A constant that stays in its register. Constraint: where a 64-bit constant is cheap to make anew, GCC makes it in every round of
// a loop, by a move from a general register that takes the place of half an addition or more. Decision: hidden on AVX-512, which
// has the registers.
template <class T>
MLMATH_INLINE ints<T> pinned(Int<T> i) {
    ints<T> v = broadcast<Int<T>>(i);
#if defined(__AVX512F__)
    asm("" : "+v"(v));
#endif
    return v;
}

// c[0] + c[1] x + ... by Horner's rule: the fewest operations; other registers fill the waiting time.
template <class T, int Count>
MLMATH_INLINE vec<T> polynomial(vec<T> x, const T (&c)[Count]) {
    vec<T> sum = broadcast(c[Count - 1]);
    MLMATH_UNROLL for (int i = Count - 2; i >= 0; --i) sum = fma(sum, x, broadcast(c[i]));
    return sum;
}

// Where `first` is true the polynomial a, elsewhere b, bit for bit as by themselves. Constraint: two polynomials of which each lane
// needs one are limited by the two ports that multiply. Decision: coefficients chosen lane by lane, which any port does.
template <class T, int CountA, int CountB>
MLMATH_INLINE vec<T> chosen_polynomial(mask<T> first, vec<T> x, const T (&a)[CountA], const T (&b)[CountB]) {
    if constexpr (CountA < CountB) {
        return chosen_polynomial<T>(~first, x, b, a);
    } else {
        vec<T> sum = broadcast(a[CountA - 1]);
        MLMATH_UNROLL for (int i = CountA - 2; i >= CountB - 1; --i) sum = fma(sum, x, broadcast(a[i]));
        sum = select<T>(first, sum, broadcast(b[CountB - 1]));
        MLMATH_UNROLL for (int i = CountB - 2; i >= 0; --i) sum = fma(sum, x, select<T>(first, broadcast(a[i]), broadcast(b[i])));
        return sum;
    }
}

// a*b - p for p = a*b rounded: exactly. Without FMA by halves [Dekker1971]: the upper half of a number is what remains of it beside
// itself times 2^27 (float: 2^12), and products of halves are exact.
template <class T>
MLMATH_INLINE vec<T> product_error(vec<T> a, vec<T> b, vec<T> p) {
    if constexpr (has_fma) {
        return fma(a, b, -p);
    } else {
        const vec<T> splitter = broadcast(sizeof(T) == 8 ? T(0x1p27 + 1) : T(0x1p12 + 1));
        const vec<T> a_wide = a * splitter, b_wide = b * splitter;
        const vec<T> a_high = a_wide - (a_wide - a), b_high = b_wide - (b_wide - b), a_low = a - a_high, b_low = b - b_high;
        return ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low;
    }
}

// 1.5 * 2^mantissa_bits: adding it rounds to an integer, which then stands in the low bits.
template <class T>
constexpr T round_shift = T(3) * T(Int<T>(1) << (MathConstants<T>::mantissa_bits - 1));

// 2^n for integers -bias < n <= bias given as numbers.
template <class T>
MLMATH_INLINE vec<T> power_of_two(vec<T> n) {
    using C = MathConstants<T>;
    return (vec<T>)(bits<T>(n + broadcast<T>(round_shift<T> + T(C::exponent_bias))) << C::mantissa_bits);
}

// Hides a register's value from the compiler, which would otherwise divide in selected lanes only and so lose or invent flags.
template <class T>
MLMATH_INLINE void opaque(vec<T>& v) {
#if defined(__x86_64__)
    asm volatile("" : "+x"(v));
#else
    asm volatile("" : "+w"(v));
#endif
}

}  // namespace math_detail

}  // namespace mlmath::MLMATH_LEVEL
