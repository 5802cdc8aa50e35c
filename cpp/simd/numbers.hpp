// SPDX-License-Identifier: BSD-3-Clause
// The numbers of a floating-point format, single numbers' roots and magnitudes, signs: what <limits> and <cmath> are elsewhere, and
// units do not see (their inline functions would be weak symbols outside the level's namespace).
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

/// The distance from 1 to the next number; the bits of a number behind its exponent; the smallest number with all of them.
template <class T>
constexpr T epsilon = sizeof(T) == 8 ? T(0x1p-52) : T(0x1p-23);
template <class T>
constexpr int digits = sizeof(T) == 8 ? 52 : 23;
template <class T>
constexpr T smallest_normal = sizeof(T) == 8 ? T(0x1p-1022) : T(0x1p-126);

MLMATH_INLINE double root(double x) { return __builtin_sqrt(x); }
MLMATH_INLINE float root(float x) { return __builtin_sqrtf(x); }
MLMATH_INLINE double magnitude(double x) { return __builtin_fabs(x); }
MLMATH_INLINE float magnitude(float x) { return __builtin_fabsf(x); }

/// The integers as wide as T.
template <class T>
using Bits = typename Lane<T>::uint;
template <class T>
using SignedBits = typename Lane<T>::sint;

template <class T>
MLMATH_INLINE vec<Bits<T>> sign_bit() {
    return broadcast(static_cast<Bits<T>>(Bits<T>(1) << (8 * sizeof(T) - 1)));
}
/// x with its sign changed where y is negative.
template <class T>
MLMATH_INLINE vec<T> with_sign_of(vec<T> x, vec<T> y) {
    return (vec<T>)((vec<Bits<T>>)x ^ ((vec<Bits<T>>)y & sign_bit<T>()));
}

}  // namespace mlmath::MLMATH_LEVEL
