// SPDX-License-Identifier: BSD-3-Clause
// Reflections and rotations of groups of small matrices, a lane for each. Included by the per-level units.
#pragma once
#include "kernels/eigen/lanes_numbers_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

// A tail whose sum of squares is below this (beside a largest of about 1) is nothing: squares might be lost in it.
template <class T>
constexpr T nothing_square = sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-100);

// H = I - tau v v^T with H x = beta e_1, v_1 = 1. x: `count` registers, `step` registers apart; becomes v but for v_1. Returns
// beta.
template <class T>
MLMATH_INLINE vec<T> reflection(T* x, std::ptrdiff_t step, std::ptrdiff_t count, vec<T>& tau) {
    constexpr int W = width<T>;
    const vec<T> one = broadcast(T(1)), zero{};
    const vec<T> alpha = load(x);
    vec<T> squares[2] = {};
    std::ptrdiff_t i = 1;
    for (; i + 2 <= count; i += 2) {
        squares[0] = fma(load(x + i * step * W), load(x + i * step * W), squares[0]);
        squares[1] = fma(load(x + (i + 1) * step * W), load(x + (i + 1) * step * W), squares[1]);
    }
    if (i < count) squares[0] = fma(load(x + i * step * W), load(x + i * step * W), squares[0]);
    const vec<T> tail = squares[0] + squares[1], norm = square_root(fma(alpha, alpha, tail));
    const mask<T> nothing = tail < broadcast(nothing_square<T>);
    const vec<T> beta = select<T>(nothing, alpha, with_sign_of<T>(-norm, alpha));
    tau = select<T>(nothing, zero, (beta - alpha) / beta);
    const vec<T> factor = select<T>(nothing, zero, one / select<T>(nothing, one, alpha - beta));
    for (i = 1; i < count; ++i) store(x + i * step * W, load(x + i * step * W) * factor);
    return beta;
}

// C vectors of `count` registers, reflected by v in x (adjacent registers): the registers of a vector are `step` apart, the
// vectors `next`. The sum over a vector is one chain; C of them hide each other's latency, and share what is loaded of v.
template <int C, class T>
MLMATH_INLINE void reflect_some(const T* x, vec<T> tau, std::ptrdiff_t count, T* z, std::ptrdiff_t step, std::ptrdiff_t next) {
    constexpr int W = width<T>;
    vec<T> sum[C] = {};
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const vec<T> xi = load(x + i * W);
        MLMATH_UNROLL for (int c = 0; c < C; ++c) sum[c] = fma(xi, load(z + (c * next + i * step) * W), sum[c]);
    }
    MLMATH_UNROLL for (int c = 0; c < C; ++c) sum[c] = sum[c] * tau;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const vec<T> xi = load(x + i * W);
        MLMATH_UNROLL for (int c = 0; c < C; ++c) {
            T* const e = z + (c * next + i * step) * W;
            store(e, fnma(xi, sum[c], load(e)));
        }
    }
}
template <class T>
MLMATH_INLINE void reflect(const T* x, vec<T> tau, std::ptrdiff_t count, T* z, std::ptrdiff_t step, std::ptrdiff_t next,
                           std::ptrdiff_t vectors) {
    std::ptrdiff_t c = 0;
    for (; c + 4 <= vectors; c += 4) reflect_some<4, T>(x, tau, count, z + c * next * width<T>, step, next);
    for (; c < vectors; ++c) reflect_some<1, T>(x, tau, count, z + c * next * width<T>, step, next);
}

template <class T>
MLMATH_INLINE void set_identity(T* z, std::ptrdiff_t rows, std::ptrdiff_t columns) {
    for (std::ptrdiff_t i = 0; i < rows; ++i)
        for (std::ptrdiff_t j = 0; j < columns; ++j) store(z + (i * columns + j) * width<T>, broadcast(T(i == j)));
}

// A bit for the first and for the last rotation of every lane's block, rows first to last; last <= 0: none is left.
template <class T>
MLMATH_INLINE void mark_blocks(vec<T> first, vec<T> last, std::uint64_t& firsts, std::uint64_t& lasts) {
    alignas(64) T from[width<T>], to[width<T>];
    store(from, first);
    store(to, last);
    for (int l = 0; l < width<T>; ++l)
        if (to[l] > 0) {
            firsts |= std::uint64_t{1} << static_cast<int>(from[l]);
            lasts |= std::uint64_t{1} << static_cast<int>(to[l] - 1);
        }
}

// A sweep of rotations: number i turns rows i and i + 1, its cosine and sine at rotation + 2 i W; `first` is the first one, then
// upward (step 1) or downward (-1), `count` of them.
struct SweepRange {
    std::ptrdiff_t first, count, step;
};

// Sweeps of rotations of rows of z (`columns` registers each), applied to C columns. Rotation i: the row met before becomes c x +
// s y, the new one c y - s x, and stays in registers for the next.
template <int C, class T>
MLMATH_INLINE void turn_columns(T* z, std::ptrdiff_t columns, const T* rotations, std::ptrdiff_t per_sweep, int sweeps,
                                const SweepRange* range) {
    constexpr int W = width<T>;
    for (int t = 0; t < sweeps; ++t, rotations += 2 * per_sweep * W) {
        const std::ptrdiff_t step = range[t].step, to_next = step * columns * W;
        T* row = z + (step > 0 ? range[t].first : range[t].first + 1) * columns * W;
        const T* rotation = rotations + 2 * range[t].first * W;
        vec<T> x[C];
        MLMATH_UNROLL for (int k = 0; k < C; ++k) x[k] = load(row + k * W);
        for (std::ptrdiff_t i = 0; i < range[t].count; ++i, rotation += 2 * step * W) {
            const vec<T> c = load(rotation), s = load(rotation + W);
            T* const next = row + to_next;
            MLMATH_UNROLL for (int k = 0; k < C; ++k) {
                const vec<T> y = load(next + k * W);
                store(row + k * W, fma(s, y, c * x[k]));
                x[k] = fnma(s, x[k], c * y);
            }
            row = next;
        }
        MLMATH_UNROLL for (int k = 0; k < C; ++k) store(row + k * W, x[k]);
    }
}
template <class T>
void turn_rows(T* z, std::ptrdiff_t columns, const T* rotations, std::ptrdiff_t per_sweep, int sweeps, const SweepRange* range) {
    constexpr int W = width<T>;
    std::ptrdiff_t j = 0;
    for (; j + 4 <= columns; j += 4) turn_columns<4, T>(z + j * W, columns, rotations, per_sweep, sweeps, range);
    for (; j < columns; ++j) turn_columns<1, T>(z + j * W, columns, rotations, per_sweep, sweeps, range);
}

}  // namespace mlmath::MLMATH_LEVEL
