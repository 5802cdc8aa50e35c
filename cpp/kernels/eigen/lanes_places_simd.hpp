// SPDX-License-Identifier: BSD-3-Clause
// The results of a group of small matrices, a lane for each, in each lane's own order, out of the lanes. Included by the per-level
// units.
#pragma once
#include "kernels/eigen/lanes_numbers_simd.hpp"
#include "kernels/eigen/signs_simd.hpp"
#include "simd/block_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

// `count` registers that are of length one but for the roundings of many rotations, times 1 / length: the inverse root of 1 + d is
// 1 - d / 2 + O(d^2). Constraint: rotations leave the length off by some 30 eps, which then is most of |V^T V - I|.
template <class T>
MLMATH_INLINE void to_length_one(T* row, std::ptrdiff_t count) {
    vec<T> even{}, odd{};
    std::ptrdiff_t j = 0;
    for (; j + 1 < count; j += 2) {
        const vec<T> x = load(row + j * width<T>), y = load(row + (j + 1) * width<T>);
        even = fma(x, x, even);
        odd = fma(y, y, odd);
    }
    if (j < count) even = fma(load(row + j * width<T>), load(row + j * width<T>), even);
    const vec<T> inverse = fma(even + odd, broadcast(T(-0.5)), broadcast(T(1.5)));
    for (j = 0; j < count; ++j) store(row + j * width<T>, load(row + j * width<T>) * inverse);
}

template <class T>
struct LanePlaces {
    static constexpr int W = width<T>;
    alignas(64) SignedBits<T> place[32][W];

    // The places of n <= 32 registers of numbers in order; equal ones keep theirs.
    template <bool Ascending>
    void count(const T* value, std::ptrdiff_t n) {
        using Int = SignedBits<T>;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const vec<T> own = load(value + i * W);
            vec<Int> before{};
            for (std::ptrdiff_t j = 0; j < i; ++j) {
                const vec<T> other = load(value + j * W);
                before = before - (vec<Int>)(Ascending ? other <= own : other >= own);
            }
            for (std::ptrdiff_t j = i + 1; j < n; ++j) {
                const vec<T> other = load(value + j * W);
                before = before - (vec<Int>)(Ascending ? other < own : other > own);
            }
            store(place[i], before);
        }
    }

    void write_values(const T* value, std::ptrdiff_t n, T* const* to) const {
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (int l = 0; l < W; ++l) to[l][place[i][l]] = value[i * W + l];
    }

    // Row i of z (n rows of `count` registers) becomes vector place[i] of to[l]: components `step` elements apart, vectors `next`.
    // sorted: n count registers.
    void write_vectors(const T* z, std::ptrdiff_t n, std::ptrdiff_t count, T* const* to, std::ptrdiff_t next, std::ptrdiff_t step,
                       T* sorted) const {
        T* row[W];
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            for (int l = 0; l < W; ++l) row[l] = step == 1 ? to[l] + place[i][l] * next : sorted + (l * n + place[i][l]) * count;
            for (std::ptrdiff_t j = 0; j < count; j += W) unpack_elements<T>(z + (i * count + j) * W, 1, row, j, count - j);
        }
        if (step == 1) return;
        for (int l = 0; l < W; ++l) {
            const T* const rows = sorted + l * n * count;
            if (next == 1) {
                transpose_block<T>(rows, count, n, count, to[l], step);
                continue;
            }
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < count; ++j) to[l][i * next + j * step] = rows[i * count + j];
        }
    }
};

}  // namespace mlmath::MLMATH_LEVEL
