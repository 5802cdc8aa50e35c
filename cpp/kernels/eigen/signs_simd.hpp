// SPDX-License-Identifier: BSD-3-Clause
// The rule of signs in registers: the component of largest magnitude of every vector is positive, the first of them where several
// are. Lanes are vectors, or pieces of one vector. Included by the per-level units; signs.hpp is the same rule for the drivers.
#pragma once
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {

// x where |x| > |best|: components met in order leave the first of the largest. A NaN is never larger.
template <class T>
MLMATH_INLINE vec<T> larger_component(vec<T> best, vec<T> x) {
    return select<T>(absolute(x) > absolute(best), x, best);
}

// Of `count` adjacent registers.
template <class T>
MLMATH_INLINE vec<T> largest_component(const T* x, std::ptrdiff_t count) {
    vec<T> best{};
    for (std::ptrdiff_t j = 0; j < count; ++j) best = larger_component<T>(best, load(x + j * width<T>));
    return best;
}
// Of column j of the N x N registers v.
template <int N, class T>
MLMATH_INLINE vec<T> largest_of_column(const vec<T> (&v)[N][N], int j) {
    vec<T> best = v[0][j];
    MLMATH_UNROLL for (int i = 1; i < N; ++i) best = larger_component<T>(best, v[i][j]);
    return best;
}

}  // namespace mlmath::MLMATH_LEVEL
