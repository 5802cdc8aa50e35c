// SPDX-License-Identifier: BSD-3-Clause
// The logistic function and its integral.
#pragma once
#include "simd/math/exp.hpp"
#include "simd/math/log.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// -|x|, but no further than -64 for positive x: there exp(-|x|) is only ever added to 1 or to x, and must not report an underflow.
template <class T>
MLMATH_INLINE vec<T> minus_magnitude(vec<T> x) {
    return select<T>(bits<T>(x) > ints_of<T>(bits_of(T(64))), broadcast(T(-64)), -absolute(x));
}

// 1 / (1 + e) for x >= 0 and e / (1 + e) for x < 0, e = exp(-|x|) <= 1: nothing overflows or cancels.
template <class T>
MLMATH_INLINE vec<T> sigmoid_of(vec<T> x) {
    const vec<T> e = exp_of<T>(minus_magnitude<T>(x));
    const vec<T> s = select<T>(bits<T>(x) < ints_of<T>(0), e, broadcast(T(1))) / (e + T(1));
    return select<T>(x == x, s, x);
}

// log(1 + exp x) = max(x, 0) + log1p(exp(-|x|)).
template <class T>
MLMATH_INLINE vec<T> softplus_of(vec<T> x) {
    const vec<T> e = exp_of<T>(minus_magnitude<T>(x));
    const vec<T> positive_part = select<T>(bits<T>(x) < ints_of<T>(0), vec<T>{}, x);
    return select<T>(x == x, positive_part + log1p_of<T>(e), x);
}

}  // namespace math_detail

MLMATH_INLINE vec_f64 sigmoid(vec_f64 x) { return math_detail::sigmoid_of<double>(x); }
MLMATH_INLINE vec_f32 sigmoid(vec_f32 x) { return math_detail::sigmoid_of<float>(x); }
MLMATH_INLINE vec_f64 softplus(vec_f64 x) { return math_detail::softplus_of<double>(x); }
MLMATH_INLINE vec_f32 softplus(vec_f32 x) { return math_detail::softplus_of<float>(x); }

}  // namespace mlmath::MLMATH_LEVEL
