// SPDX-License-Identifier: BSD-3-Clause
// losses of one register of rows. Included by the per-level units.
#pragma once
#include "kernels/linear_model/losses/losses.hpp"
#include "simd/math.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
struct LossRegisters {
    vec<T> loss, derivative, curvature;
};

template <LinearLoss Kind, class T>
MLMATH_INLINE LossRegisters<T> linear_loss(vec<T> y, vec<T> z, T delta) {
    using Int = typename Lane<T>::sint;
    const vec<T> one = broadcast(T(1)), half = broadcast(T(0.5));
    if constexpr (Kind == LinearLoss::squared) {
        const vec<T> u = z - y;
        return {half * u * u, u, one};
    } else if constexpr (Kind == LinearLoss::logistic) {
        // One exponential and one division a row: of -|t| nothing overflows, and p (1 - p) = e / (1 + e)^2 cancels nothing.
        const vec<T> sign = one - (y + y), t = sign * z;
        const mask<T> positive = bits_as<Int>(t) >= vec<Int>{};  // of the bits: a NaN raises nothing
        const vec<T> e = exp(-absolute(t)), inverse = one / (e + one);
        return {select<T>(positive, t, vec<T>{}) + log1p(e), sign * (select<T>(positive, one, e) * inverse), e * inverse * inverse};
    } else if constexpr (Kind == LinearLoss::poisson) {
        const vec<T> mean = exp(z);
        return {mean - y * z, mean - y, mean};
    } else {
        const vec<T> u = z - y, size = absolute(u), limit = broadcast(delta);
        // Whole numbers compare as the positive floats with their bits do; a NaN is above all: its loss is NaN, which stops a fit.
        const mask<T> inside = bits_as<Int>(size) <= bits_as<Int>(limit);
        const vec<T> signed_limit = select<T>(bits_as<Int>(u) >= vec<Int>{}, limit, -limit);
        const vec<T> clipped = select<T>(inside, u, signed_limit);
        return {select<T>(inside, half * u * u, limit * (size - half * limit)), clipped, select<T>(inside, one, vec<T>{})};
    }
}

}  // namespace mlmath::MLMATH_LEVEL
