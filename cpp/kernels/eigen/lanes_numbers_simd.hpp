// SPDX-License-Identifier: BSD-3-Clause
// What the eigenvalue and singular value kernels with a lane for each matrix share: exact scaling of every lane, runs of elements
// in and out of lanes. Included by the per-level units.
#pragma once
#include "kernels/factor/lanes_simd.hpp"
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {

// ---- scaling -------------------------------------------------------------------------------------------------------------------

// Bits of |x|, whose order as integers is that of the numbers, then infinity, then NaN: one maximum finds size and finiteness.
template <class T>
struct Magnitude {
    vec<SignedBits<T>> largest{};
    MLMATH_INLINE void look(vec<T> x) {
        const auto bits = (vec<SignedBits<T>>)absolute(x);
        largest = bits > largest ? bits : largest;
    }
};

// Every lane times a power of two that brings its largest magnitude to [1/2, 1). In two factors: neither the power nor its inverse
// need be a number. Lanes with NaN or infinity become zero.
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
        const mask<T> small = largest < down;
        const mask<T> large = largest > up;
        first = select<T>(small, up, select<T>(large, down, one));
        first_back = select<T>(small, down, select<T>(large, up, one));
        const vec<Bits<T>> exponent = (vec<Bits<T>>)(largest * first) >> digits<T>;
        second = (vec<T>)((broadcast(Bits<T>(exponents)) - exponent) << digits<T>);
        second_back = (vec<T>)((exponent + broadcast(Bits<T>(1))) << digits<T>);
    }
    MLMATH_INLINE vec<T> to_one(vec<T> x) const { return select<T>(finite, x * first * second, vec<T>{}); }
    MLMATH_INLINE vec<T> back(vec<T> x) const { return x * second_back * first_back; }
    // NaN in the lanes that were not numbers; -0 becomes 0: an identity rotation, of which there are as many as the neighbours take
    // sweeps, turns -0 into 0 (1 * -0 + 0 * y), and bits would depend on them.
    MLMATH_INLINE vec<T> marked(vec<T> x) const {
        x = x + vec<T>{};
        return select<T>(finite, x, broadcast(static_cast<T>(__builtin_nan(""))));
    }
};

// ---- runs of elements ----------------------------------------------------------------------------------------------------------

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

// ---- squares -------------------------------------------------------------------------------------------------------------------

// run <- the N x N elements of every lane: element (i, j) at run[i N + j] or, where they lie by columns (true), at run[j N + i].
template <int N, class T>
MLMATH_INLINE bool load_square(const T* const* item, std::ptrdiff_t row, std::ptrdiff_t column, vec<T>* run) {
    constexpr int W = width<T>;
    const bool by_columns = row == 1 && column == N;
    if (by_columns || (column == 1 && row == N)) {
        load_run<N * N, T>(item, run);
        return by_columns;
    }
    for (int i = 0; i < N; ++i)
        for (int j = 0; j < N; ++j) {
            alignas(64) T lane[W];
            for (int l = 0; l < W; ++l) lane[l] = item[l][i * row + j * column];
            run[i * N + j] = load(lane);
        }
    return false;
}
template <int N, class T>
MLMATH_INLINE void store_square(const vec<T>* run, T* const* item, std::ptrdiff_t row, std::ptrdiff_t column) {
    constexpr int W = width<T>;
    if (column == 1 && row == N) return store_run<N * N, T>(run, item);
    if (row == 1 && column == N) {
        vec<T> turned[N * N];
        MLMATH_UNROLL for (int i = 0; i < N; ++i) MLMATH_UNROLL for (int j = 0; j < N; ++j) turned[j * N + i] = run[i * N + j];
        return store_run<N * N, T>(turned, item);
    }
    for (int i = 0; i < N; ++i)
        for (int j = 0; j < N; ++j) {
            alignas(64) T lane[W];
            store(lane, run[i * N + j]);
            for (int l = 0; l < W; ++l) item[l][i * row + j * column] = lane[l];
        }
}

// info[l] <- -1 where a lane's matrix was not finite, 1 where it is still open, 0.
template <class T>
MLMATH_INLINE void store_status(mask<T> open, mask<T> finite, int* info) {
    alignas(64) SignedBits<T> status[width<T>];
    store(status, (open & broadcast(SignedBits<T>(1))) | ~finite);
    for (int l = 0; l < width<T>; ++l) info[l] = static_cast<int>(status[l]);
}

}  // namespace mlmath::MLMATH_LEVEL
