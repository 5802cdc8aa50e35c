// SPDX-License-Identifier: BSD-3-Clause
// Dividing many numbers by one pivot. Included by the per-level units.
//
// Constraint: a division of a register takes 10 to 24 cycles, a multiplication one; in small triangular systems divisions would
// take most of the time. Decision: times the rounded reciprocal (error 1.5 units in the last place instead of 0.5, far below that
// of the sums), as LAPACK does; but by division where the reciprocal of the pivot might be infinite: below the smallest normal
// number.
#pragma once
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {

// The same pivot in all lanes.
template <class T>
struct Divisor {
    vec<T> pivot, reciprocal;
    bool divides;
    MLMATH_INLINE explicit Divisor(T d) : pivot(broadcast(d)), reciprocal(broadcast(1 / d)) {
        divides = !(d >= smallest_normal<T> || d <= -smallest_normal<T>);
    }
    MLMATH_INLINE vec<T> into(vec<T> x) const { return divides ? x / pivot : x * reciprocal; }
};

// A pivot for each lane.
template <class T>
struct LaneDivisor {
    vec<T> pivot, reciprocal;
    mask<T> divides;
    bool some;
    MLMATH_INLINE explicit LaneDivisor(vec<T> d) : pivot(d), reciprocal(broadcast(T(1)) / d) {
        divides = ~(absolute(d) >= broadcast(smallest_normal<T>));
        some = any(divides);
    }
    MLMATH_INLINE vec<T> into(vec<T> x) const {
        const vec<T> product = x * reciprocal;
        return __builtin_expect(some, false) ? select<T>(divides, x / pivot, product) : product;
    }
};

}  // namespace mlmath::MLMATH_LEVEL
