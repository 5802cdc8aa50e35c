// SPDX-License-Identifier: BSD-3-Clause
// normal, textbook: the transform of one pair, in plain scalar code with the operations of the definition. Oracle of the tests
// (same bits).
#pragma once
#include <bit>
#include <cmath>

#include "kernels/random/distributions/normal/normal_coefficients.hpp"
#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

template <class T>
struct Pair {
    T first, second;
};

/// c[0] + c[1] x + ... + c[N-1] x^(N-1), even and odd powers apart.
template <class T, int N>
T two_chains(const T (&c)[N], T x) {
    const T square = x * x;
    T even = c[N - 1], odd = c[N - 2];
    for (int i = N - 3; i >= 0; i -= 2) even = std::fma(even, square, c[i]);
    for (int i = N - 4; i >= 0; i -= 2) odd = std::fma(odd, square, c[i]);
    return std::fma(odd, x, even);
}
template <class T, int N>
T horner(const T (&c)[N], T x) {
    T sum = c[N - 1];
    for (int i = N - 2; i >= 0; --i) sum = std::fma(sum, x, c[i]);
    return sum;
}

/// sqrt(-2 ln u) with u = d 2^-bits, or u = 1 - d 2^-bits when `near_one`; 0 < d <= 2^(bits-1). Either way no digit is lost.
template <class T>
T radius(T d, bool near_one, int bits) {
    using C = NormalCoefficients<T>;
    int exponent;
    const T mantissa = std::frexp(d, &exponent);  // in [1/2, 1)
    const T g = near_one ? std::ldexp(d, -bits) : 1 - mantissa;
    const T halvings = near_one ? T(0) : static_cast<T>(bits - exponent);
    return std::sqrt(std::fma(halvings, C::two_ln2, g * two_chains(C::log_terms, g)));
}

/// radius times the point at a quarter-turn's fraction a, |a| <= 1/2, mirrored by two more random bits.
template <class T>
Pair<T> point(T radius, T a, bool negate, bool exchange) {
    using C = NormalCoefficients<T>;
    const T y = a * a, sine = a * horner(C::sin_terms, y);
    T cosine = std::fma(horner(C::cos_terms, y), y, T(1));
    if (negate) cosine = -cosine;
    return exchange ? Pair<T>{radius * sine, radius * cosine} : Pair<T>{radius * cosine, radius * sine};
}

inline Pair<double> normal_pair(std::uint64_t w, std::uint64_t angle) {
    const bool near_one = w >> 63;
    const double r = radius(static_cast<double>(near_one ? ~w : w) + 0.5, near_one, 64);
    const double a = std::bit_cast<double>((angle >> 12) | 0x3ff0000000000001u) - 1.5;
    return point(r, a, angle & 1, angle & 2);
}

/// `extra` continues a radius below normal_f32_tail.
inline Pair<float> normal_pair(std::uint32_t h, std::uint32_t angle, std::uint32_t extra) {
    const bool near_one = h >> 31;
    float d = static_cast<float>(near_one ? ~h : h) + 0.5f;
    if (h < normal_f32_tail) d = static_cast<float>((std::uint64_t(h) << 32 | extra) | 1) * 0x1p-32f;
    const float a = static_cast<float>(static_cast<std::int32_t>((angle & ~3u) | 2u)) * 0x1p-32f;
    return point(radius(d, near_one, 32), a, angle & 1, angle & 2);
}

}  // namespace mlmath::textbook
