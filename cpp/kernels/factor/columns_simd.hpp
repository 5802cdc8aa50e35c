// SPDX-License-Identifier: BSD-3-Clause
// Reflections of columns that lie side by side, in rows of adjacent elements: a column times all others is a sum of rows, so lanes
// are columns, which never meet, and the bits do not depend on the width of the registers. Included by the per-level units.
#pragma once
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {

// Squares of numbers whose sum lies in this window are taken as they are. Constraint: terms that underflow must not matter beside
// it. Arithmetic: a term below the smallest normal number is below eps^2 of a sum of 2^-900 (float: 2^-80 against 2^-126 / eps).
template <class T>
constexpr T least_square = sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-80);
template <class T>
constexpr T largest_square = sizeof(T) == 8 ? T(0x1p+1000) : T(0x1p+120);

// 2^-e with 2^e about x, for finite x > 0: brings x near 1, exactly. A denormal number needs it twice (2^1074 is no number):
// products with a tail that were left small would lose what the scaled-up multiplier then shows.
MLMATH_INLINE double inverse_power(double x) {
    const int e = static_cast<int>(__builtin_ilogb(x));
    return __builtin_ldexp(1.0, e < -1021 ? 1021 : e > 1021 ? -1021 : -e);
}
MLMATH_INLINE float inverse_power(float x) {
    const int e = static_cast<int>(__builtin_ilogbf(x));
    return __builtin_ldexpf(1.0f, e < -125 ? 125 : e > 125 ? -125 : -e);
}

// ---- sums of rows ---------------------------------------------------------------------------------------------------------------
// Constraint: eight sums must be under way. Decision: the sum over rows runs in 4 parts (row i in part i mod 4) on every level,
// for `strip` registers of columns at a time.
constexpr int parts = 4;
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int strip = 4;
#else
constexpr int strip = 2;
#endif

// s_j = sum_i x_i c_ij for Count registers of columns.
template <int Count, class T>
MLMATH_INLINE void sum_columns(const T* x, const T* c, std::ptrdiff_t stride, std::ptrdiff_t rows, T* s) {
    vec<T> sum[parts][Count] = {};
    std::ptrdiff_t i = 0;
    for (; i + parts <= rows; i += parts) {
        MLMATH_UNROLL for (int l = 0; l < parts; ++l) {
            const vec<T> xi = broadcast(x[i + l]);
            MLMATH_UNROLL for (int r = 0; r < Count; ++r) sum[l][r] = fma(xi, load(c + (i + l) * stride + r * width<T>), sum[l][r]);
        }
    }
    MLMATH_UNROLL for (int l = 0; l < parts - 1; ++l) {
        if (i + l < rows) {
            const vec<T> xi = broadcast(x[i + l]);
            MLMATH_UNROLL for (int r = 0; r < Count; ++r) sum[l][r] = fma(xi, load(c + (i + l) * stride + r * width<T>), sum[l][r]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(s + r * width<T>, (sum[0][r] + sum[2][r]) + (sum[1][r] + sum[3][r]));
}
// c_ij -= v_i h_j for Count registers of columns.
template <int Count, class T>
MLMATH_INLINE void subtract_columns(const T* v, const T* h, T* c, std::ptrdiff_t stride, std::ptrdiff_t rows) {
    vec<T> hr[Count];
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) hr[r] = load(h + r * width<T>);
    for (std::ptrdiff_t i = 0; i < rows; ++i, c += stride) {
        const vec<T> vi = broadcast(v[i]);
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(c + r * width<T>, fnma(vi, hr[r], load(c + r * width<T>)));
    }
}
template <class T>
MLMATH_INLINE void sums_of(const T* x, const T* c, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t columns, T* s) {
    std::ptrdiff_t j = 0;
    for (; j + strip * width<T> <= columns; j += strip * width<T>) sum_columns<strip>(x, c + j, stride, rows, s + j);
    for (; j < columns; j += width<T>) sum_columns<1>(x, c + j, stride, rows, s + j);
}
template <class T>
MLMATH_INLINE void subtract_from(const T* v, const T* h, T* c, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t columns) {
    std::ptrdiff_t j = 0;
    for (; j + strip * width<T> <= columns; j += strip * width<T>) subtract_columns<strip>(v, h + j, c + j, stride, rows);
    for (; j < columns; j += width<T>) subtract_columns<1>(v, h + j, c + j, stride, rows);
}

// A dot product in an order that depends on n alone: the virtual lanes of the reductions, or one after the other when there are
// few.
template <class T>
MLMATH_INLINE T run_product(const T* x, const T* y, std::ptrdiff_t n) {
    if (n <= 8) {
        T sum = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) sum = fma(x[i], y[i], sum);
        return sum;
    }
    alignas(64) T lane[reduction_lanes<T>];
    vec<T> sum[reduction_registers<T>] = {};
    std::ptrdiff_t i = 0;
    for (; i + reduction_lanes<T> <= n; i += reduction_lanes<T>) {
        MLMATH_UNROLL for (int r = 0; r < reduction_registers<T>; ++r) {
            const std::ptrdiff_t at = i + r * width<T>;
            sum[r] = fma(load(x + at), load(y + at), sum[r]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < reduction_registers<T>; ++r) {
        const std::ptrdiff_t left = n - i - r * width<T>;
        if (left > 0) {
            const std::ptrdiff_t count = left < width<T> ? left : width<T>;
            sum[r] = fma(load_first(x + i + r * width<T>, count), load_first(y + i + r * width<T>, count), sum[r]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < reduction_registers<T>; ++r) store(lane + r * width<T>, sum[r]);
    return fold_sum<reduction_lanes<T>>(lane);
}

}  // namespace mlmath::MLMATH_LEVEL
