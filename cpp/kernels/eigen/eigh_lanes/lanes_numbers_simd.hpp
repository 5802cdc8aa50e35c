// SPDX-License-Identifier: BSD-3-Clause
// What the eigenvalue and singular value kernels with a lane for each matrix share: a reciprocal square root without root or
// division, exact scaling of every lane, runs of elements in and out of lanes. Included by the per-level units.
#pragma once
#include "kernels/factor/lanes_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
constexpr T epsilon = sizeof(T) == 8 ? T(0x1p-52) : T(0x1p-23);
template <class T>
constexpr int digits = sizeof(T) == 8 ? 52 : 23;  // below the exponent
template <class T>
using Bits = typename Lane<T>::uint;
template <class T>
using SignedBits = typename Lane<T>::sint;

template <class T>
MLMATH_INLINE vec<Bits<T>> sign_bit() {
    return broadcast(static_cast<Bits<T>>(Bits<T>(1) << (8 * sizeof(T) - 1)));
}
// x with its sign changed where y is negative.
template <class T>
MLMATH_INLINE vec<T> with_sign_of(vec<T> x, vec<T> y) {
    return (vec<T>)((vec<Bits<T>>)x ^ ((vec<Bits<T>>)y & sign_bit<T>()));
}

// ---- 1 / sqrt(x) ------------------------------------------------------------------------------------------------------------------
// Constraint: a root and a division occupy their unit for some 30 cycles a register, in which 60 fused operations could start; the
// CPU's own estimates (rsqrt14) differ from one maker to the other, and their bits would be in every result. Decision: an estimate from
// the exponent's bits, and steps y <- y (1 - h)^(-1/2), h = 1 - x y^2, by the beginning of its series.

// For any normal x > 0 (0 gives a finite number). Halving the bits leaves |h| < 0.0704 [Lomont2003]. The series to h^3, its h^4 replaced by
// a^2 h^2 - a^4 / 8 (a = 0.0704), which is nearest to it in that range, leaves 8.5e-7; the series to h^2 then 2e-18.
template <class T>
MLMATH_INLINE vec<T> reciprocal_root(vec<T> x) {
    constexpr double a2 = 0.0704 * 0.0704, next = 35.0 / 128;
    const vec<Bits<T>> magic = broadcast(sizeof(T) == 8 ? static_cast<Bits<T>>(0x5fe6eb50c7b537a9u) : static_cast<Bits<T>>(0x5f375a86u));
    const vec<T> one = broadcast(T(1)), half = broadcast(T(0.5));
    vec<T> y = (vec<T>)(magic - ((vec<Bits<T>>)x >> 1));
    vec<T> h = fnma(x * y, y, one);
    vec<T> p = fma(h, broadcast(T(5.0 / 16)), broadcast(T(3.0 / 8 + next * a2)));
    p = fma(fma(p, h, half), h, broadcast(T(1 - next * a2 * a2 / 8)));
    y = y * p;
    h = fnma(x * y, y, one);
    if constexpr (sizeof(T) == 8) return fma(y * h, fma(h, broadcast(T(3.0 / 8)), half), y);
    return fma(y * h, half, y);
}

// For x in [1/2, 1]: the cubic of least relative error, 4.8e-4, which leaves |h| < a = 9.6e-4; then the series to h^4, with h^5 replaced
// by its best approximation 5/4 a^2 h^3 - 5/16 a^4 h: 1.3e-17 is left.
template <class T>
MLMATH_INLINE vec<T> reciprocal_root_near_one(vec<T> x) {
    constexpr double a2 = 9.6e-4 * 9.6e-4, next = 63.0 / 256;
    vec<T> y = fma(x, broadcast(T(-0.95667328)), broadcast(T(2.99053102)));
    y = fma(y, x, broadcast(T(-3.63964859)));
    y = fma(y, x, broadcast(T(2.60531184)));
    const vec<T> h = fnma(x * y, y, broadcast(T(1)));
    vec<T> p = broadcast(T(3.0 / 8));
    if constexpr (sizeof(T) == 8) p = fma(fma(h, broadcast(T(35.0 / 128)), broadcast(T(5.0 / 16 + next * 5 / 4 * a2))), h, p);
    return fma(y * h, fma(p, h, broadcast(T(0.5 - next * 5 / 16 * a2 * a2))), y);
}

// ---- scaling ----------------------------------------------------------------------------------------------------------------------

// Bits of |x|, whose order as integers is that of the numbers, then infinity, then NaN: one maximum finds size and finiteness.
template <class T>
struct Magnitude {
    vec<SignedBits<T>> largest{};
    MLMATH_INLINE void look(vec<T> x) {
        const auto bits = (vec<SignedBits<T>>)absolute(x);
        largest = bits > largest ? bits : largest;
    }
};

// Every lane times a power of two that brings its largest magnitude to [1/2, 1). In two factors: neither the power nor its inverse need
// be a number. Lanes with NaN or infinity become zero.
template <class T>
struct LaneScale {
    vec<T> first, second, first_back, second_back;
    mask<T> finite;

    LaneScale() = default;
    MLMATH_INLINE explicit LaneScale(const Magnitude<T>& magnitude) {
        constexpr int exponents = sizeof(T) == 8 ? 2045 : 253;  // twice the bias, less one
        constexpr T big = sizeof(T) == 8 ? T(0x1p+500) : T(0x1p+60);
        finite = magnitude.largest < broadcast(static_cast<SignedBits<T>>(SignedBits<T>(exponents + 2) << digits<T>));
        const vec<T> largest = (vec<T>)(finite ? magnitude.largest : vec<SignedBits<T>>{});
        const vec<T> one = broadcast(T(1)), up = broadcast(big), down = broadcast(1 / big);
        const mask<T> small = largest < down, large = largest > up;
        first = select<T>(small, up, select<T>(large, down, one));
        first_back = select<T>(small, down, select<T>(large, up, one));
        const vec<Bits<T>> exponent = (vec<Bits<T>>)(largest * first) >> digits<T>;
        second = (vec<T>)((broadcast(Bits<T>(exponents)) - exponent) << digits<T>);
        second_back = (vec<T>)((exponent + broadcast(Bits<T>(1))) << digits<T>);
    }
    MLMATH_INLINE vec<T> to_one(vec<T> x) const { return select<T>(finite, x * first * second, vec<T>{}); }
    MLMATH_INLINE vec<T> back(vec<T> x) const { return x * second_back * first_back; }
    // NaN in the lanes that were not numbers.
    MLMATH_INLINE vec<T> marked(vec<T> x) const { return select<T>(finite, x, broadcast(static_cast<T>(__builtin_nan("")))); }
};

// ---- runs of elements ---------------------------------------------------------------------------------------------------------------

// run[e] <- element e of every lane's Count adjacent elements, and back.
template <int Count, class T>
MLMATH_INLINE void load_run(const T* const* item, vec<T>* run) {
    constexpr int W = width<T>;
    MLMATH_UNROLL for (int e = 0; e < Count; e += W) {
        constexpr int rest = Count % W == 0 ? W : Count % W;
        const int count = e + W <= Count ? W : rest;
        if (count == 1) {
            MLMATH_UNROLL for (int l = 0; l < W; ++l) run[e][l] = item[l][e];
            continue;
        }
        vec<T> line[W];
        MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = count == W ? load(item[l] + e) : load_first(item[l] + e, count);
        transpose<T>(line);
        MLMATH_UNROLL for (int r = 0; r < W; ++r) if (r < count) run[e + r] = line[r];
    }
}
template <int Count, class T>
MLMATH_INLINE void store_run(const vec<T>* run, T* const* item) {
    constexpr int W = width<T>;
    MLMATH_UNROLL for (int e = 0; e < Count; e += W) {
        constexpr int rest = Count % W == 0 ? W : Count % W;
        const int count = e + W <= Count ? W : rest;
        if (count == 1) {
            alignas(64) T lane[W];
            store(lane, run[e]);
            MLMATH_UNROLL for (int l = 0; l < W; ++l) item[l][e] = lane[l];
            continue;
        }
        vec<T> line[W];
        MLMATH_UNROLL for (int r = 0; r < W; ++r) line[r] = r < count ? run[e + (r < count ? r : 0)] : vec<T>{};
        transpose<T>(line);
        MLMATH_UNROLL for (int l = 0; l < W; ++l) {
            if (count == W)
                store(item[l] + e, line[l]);
            else
                store_first(item[l] + e, line[l], count);
        }
    }
}

}  // namespace mlmath::MLMATH_LEVEL
