// SPDX-License-Identifier: BSD-3-Clause
// Smallest and largest of a chunk, for kernel units: along consecutive elements, or down a block of columns.
//
// Floating-point numbers are compared as integers that order them: the bits of x, all but the sign inverted where the sign is set.
// -0 comes before +0, a NaN after +inf or before -inf: it surfaces as the smallest or the largest, and no comparison raises a flag.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
using order_key = typename Lane<T>::sint;
template <class T>
constexpr order_key<T> all_but_sign = static_cast<order_key<T>>(~typename Lane<T>::uint{0} >> 1);
template <class T>
constexpr order_key<T> key_of_infinity =
    sizeof(T) == 8 ? static_cast<order_key<T>>(0x7ff0000000000000) : static_cast<order_key<T>>(0x7f800000);

// Its own inverse. (A right shift of a signed lane copies the sign.)
template <class T>
MLMATH_INLINE vec<order_key<T>> key_of(vec<T> v) {
    const auto bits = (vec<order_key<T>>)v;
    return bits ^ ((bits >> (8 * static_cast<int>(sizeof(T)) - 1)) & broadcast(all_but_sign<T>));
}
template <class T>
MLMATH_INLINE order_key<T> key_of(T x) {
    const auto bits = __builtin_bit_cast(order_key<T>, x);
    return bits ^ (bits >> (8 * sizeof(T) - 1) & all_but_sign<T>);
}
template <class T>
MLMATH_INLINE T number_of(order_key<T> key) {
    return __builtin_bit_cast(T, static_cast<order_key<T>>(key ^ (key >> (8 * sizeof(T) - 1) & all_but_sign<T>)));
}

template <class T>
struct KeyRange {
    order_key<T> low = all_but_sign<T>, high = ~all_but_sign<T>;  // of nothing: the largest and the smallest integer

    MLMATH_INLINE void add(order_key<T> key) {
        if (key < low) low = key;
        if (key > high) high = key;
    }
    // The numbers; a NaN makes both NaN.
    MLMATH_INLINE void numbers(T& smallest, T& largest) const {
        const bool nan_low = low<key_of<T>(number_of<T>(~key_of_infinity<T>)), nan_high = high> key_of_infinity<T>;
        smallest = number_of<T>(nan_high ? high : low);
        largest = number_of<T>(nan_low ? low : high);
    }
};

template <class T>
MLMATH_INLINE void add_keys(vec<order_key<T>> key, vec<order_key<T>>& low, vec<order_key<T>>& high) {
    low = key < low ? key : low;
    high = key > high ? key : high;
}

// n > 0 consecutive elements.
template <class T>
MLMATH_INLINE KeyRange<T> extremes_of_run(const T* x, std::ptrdiff_t n) {
    using Key = order_key<T>;
    constexpr int chains = 4;
    KeyRange<T> range;
    vec<Key> low[chains], high[chains];
    MLMATH_UNROLL for (int c = 0; c < chains; ++c) low[c] = broadcast(range.low), high[c] = broadcast(range.high);
    std::ptrdiff_t i = 0;
    for (; i + chains * width<T> <= n; i += chains * width<T>)
        MLMATH_UNROLL for (int c = 0; c < chains; ++c) add_keys<T>(key_of<T>(load(x + i + c * width<T>)), low[c], high[c]);
    for (; i + width<T> <= n; i += width<T>) add_keys<T>(key_of<T>(load(x + i)), low[0], high[0]);
    if (n >= width<T>) {
        MLMATH_UNROLL for (int c = 1; c < chains; ++c) {
            low[0] = low[c] < low[0] ? low[c] : low[0];
            high[0] = high[c] > high[0] ? high[c] : high[0];
        }
        for (int l = 0; l < width<T>; ++l) {
            if (low[0][l] < range.low) range.low = low[0][l];
            if (high[0][l] > range.high) range.high = high[0][l];
        }
    }
    for (; i < n; ++i) range.add(key_of<T>(x[i]));
    return range;
}

// Rows at x + offsets[r], columns <= Block; range[c] of column c.
// Decision: 4 registers of columns at a time, so that their 8 sums stay in registers on every level.
template <class T, int Block>
MLMATH_INLINE void extremes_of_columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                       KeyRange<T> (&range)[Block]) {
    using Key = order_key<T>;
    constexpr int group = 4;
    alignas(64) Key low[Block + group * width<T>], high[Block + group * width<T>];
    const auto sweep = [&](std::ptrdiff_t first, auto&& load_at) __attribute__((always_inline)) {
        vec<Key> lo[group], hi[group];
        MLMATH_UNROLL for (int g = 0; g < group; ++g) lo[g] = broadcast(range[0].low), hi[g] = broadcast(range[0].high);
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            MLMATH_UNROLL for (int g = 0; g < group; ++g) add_keys<T>(key_of<T>(load_at(x + offsets[r] + first, g)), lo[g], hi[g]);
        MLMATH_UNROLL for (int g = 0; g < group; ++g) store(low + first + g * width<T>, lo[g]),
            store(high + first + g * width<T>, hi[g]);
    };
    for (int c = 0; c < Block; ++c) range[c] = KeyRange<T>{};
    std::ptrdiff_t first = 0;
    for (; first + group * width<T> <= columns; first += group * width<T>)
        sweep(
            first, [](const T* row, int g) __attribute__((always_inline)) { return load(row + g * width<T>); });
    if (first < columns) {
        std::ptrdiff_t here[group];
        for (int g = 0; g < group; ++g) {
            const std::ptrdiff_t left = columns - first - g * width<T>;
            here[g] = left < 0 ? 0 : left < width<T> ? left : width<T>;
        }
        sweep(
            first, [&here](const T* row, int g) __attribute__((always_inline)) { return load_first(row + g * width<T>, here[g]); });
    }
    for (std::ptrdiff_t c = 0; c < columns; ++c) range[c].low = low[c], range[c].high = high[c];
}

}  // namespace mlmath::MLMATH_LEVEL
