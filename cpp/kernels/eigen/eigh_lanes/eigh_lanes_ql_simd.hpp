// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes: implicit QL [GolubVanLoan2013, sec. 8.3.3] of tridiagonal matrices, a lane for each, several groups at once.
//
// Every lane has its own block [l, m] (the first that is not diagonal yet), and its own shift. A sweep runs from the largest m to the
// smallest l of all lanes; a lane joins at its m, leaves at its l, and has identity rotations elsewhere, so that what happens in a lane
// does not depend on its neighbours. Sweeps until all lanes are done: as many as the slowest lane needs.
#pragma once
#include "kernels/eigen/eigh_lanes/eigh_lanes_kernels.hpp"
#include "kernels/eigen/eigh_lanes/lanes_numbers_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
struct TridiagonalLanes {
    static constexpr int W = width<T>;
    T *d, *e, *rotations;  // n registers each; 2 n registers a sweep
    vec<T> first, last;    // places l and m, as numbers; last = -1: nothing left
    vec<T> c, s, p, g, above, start;

    // Negligible elements beside the diagonal become zero; finds the first block and its shift. The criterion is relative to the
    // neighbours, as good for a block that is small beside the others.
    MLMATH_INLINE void look(std::ptrdiff_t n) {
        const vec<T> zero{}, one = broadcast(T(1)), half_eps = broadcast(epsilon<T> / 2);
        vec<T> d_first = zero, d_second = one, e_first = one, d_last = zero;
        first = broadcast(static_cast<T>(n));
        last = -one;
        mask<T> inside{};
        vec<T> below = load(d + (n - 1) * W);
        for (std::ptrdiff_t i = n - 2; i >= 0; --i) {
            const vec<T> di = load(d + i * W), size = absolute(load(e + i * W));
            const mask<T> open = (size > half_eps * (absolute(di) + absolute(below))) & (size > broadcast(nothing<T>));
            const vec<T> ei = select<T>(open, load(e + i * W), zero);
            store(e + i * W, ei);
            const mask<T> end = open & ~inside;
            last = select<T>(end, broadcast(static_cast<T>(i + 1)), last);
            d_last = select<T>(end, below, d_last);
            first = select<T>(open, broadcast(static_cast<T>(i)), first);
            d_first = select<T>(open, di, d_first);
            d_second = select<T>(open, below, d_second);
            e_first = select<T>(open, ei, e_first);
            inside = open;
            below = di;
        }
        // The eigenvalue of the block's first 2 x 2 that is nearer to its first diagonal element [GolubVanLoan2013, eq. 8.3.8].
        const vec<T> theta = (d_second - d_first) / (e_first + e_first);
        const vec<T> root = square_root(fma(theta, theta, one));
        start = d_last - d_first + e_first / (theta + with_sign_of<T>(root, theta));
        c = s = one;
        p = g = above = zero;
    }
    // Below this (beside a largest of about 1) an element is nothing.
    template <class U>
    static constexpr U nothing = sizeof(U) == 8 ? U(0x1p-500) : U(0x1p-60);

    // Rotation i: between rows i and i + 1. `above`: d_{i+1}, carried.
    MLMATH_INLINE void rotate(std::ptrdiff_t i, T* rotation) {
        const vec<T> zero{}, one = broadcast(T(1)), at = broadcast(static_cast<T>(i));
        const mask<T> joining = last == at + one, inside = (at < last) & (at >= first), leaving = first == at;
        c = select<T>(joining, one, c);
        s = select<T>(joining, one, s);
        p = select<T>(joining, zero, p);
        g = select<T>(joining, start, g);
        const vec<T> ei = load(e + i * W), di = load(d + i * W);
        const vec<T> f = s * ei, b = c * ei;
        const vec<T> square = fma(f, f, g * g);
        const mask<T> none = square < broadcast(tiny);
        const vec<T> r = square_root(square), inverse = one / select<T>(none, one, r);
        s = select<T>(none, zero, f * inverse);
        c = select<T>(none, one, g * inverse);
        store(e + (i + 1) * W, select<T>(inside & ~joining, r, load(e + (i + 1) * W)));
        const vec<T> shifted = above - p;
        const vec<T> turned = fma(di - shifted, s, (c + c) * b);
        p = s * turned;
        store(d + (i + 1) * W, select<T>(inside, shifted + p, above));
        g = fma(c, turned, -b);
        store(rotation, select<T>(inside, c, one));
        store(rotation + W, select<T>(inside, s, zero));
        above = select<T>(leaving & inside, di - p, di);
        store(d + i * W, above);
        store(e + i * W, select<T>(leaving & inside, g, ei));
    }
    static constexpr T tiny = sizeof(T) == 8 ? T(0x1p-1000) : T(0x1p-120);
};

// `sweeps` sweeps of rotations, sweep t between rows i and i + 1 for from[t] <= i < to[t], downward, to C columns of zt. The row that two
// rotations share stays in registers.
template <int C, class T>
MLMATH_INLINE void turn_columns(T* z, std::ptrdiff_t step, const T* rotations, std::ptrdiff_t n, int sweeps, const std::ptrdiff_t* from,
                                const std::ptrdiff_t* to) {
    constexpr int W = width<T>;
    for (int t = 0; t < sweeps; ++t, rotations += 2 * n * W) {
        vec<T> lower[C];
        T* row = z + to[t] * step;
        MLMATH_UNROLL for (int x = 0; x < C; ++x) lower[x] = load(row + x * W);
        for (std::ptrdiff_t i = to[t] - 1; i >= from[t]; --i, row -= step) {
            const vec<T> c = load(rotations + 2 * i * W), s = load(rotations + (2 * i + 1) * W);
            MLMATH_UNROLL for (int x = 0; x < C; ++x) {
                const vec<T> upper = load(row - step + x * W);
                store(row + x * W, fma(s, upper, c * lower[x]));
                lower[x] = fnma(s, lower[x], c * upper);
            }
        }
        MLMATH_UNROLL for (int x = 0; x < C; ++x) store(row + x * W, lower[x]);
    }
}
template <class T>
void turn_rows(T* zt, std::ptrdiff_t n, const T* rotations, int sweeps, const std::ptrdiff_t* from, const std::ptrdiff_t* to) {
    constexpr int W = width<T>;
    std::ptrdiff_t j = 0;
    for (; j + 4 <= n; j += 4) turn_columns<4, T>(zt + j * W, n * W, rotations, n, sweeps, from, to);
    for (; j < n; ++j) turn_columns<1, T>(zt + j * W, n * W, rotations, n, sweeps, from, to);
}

// d <- eigenvalues, not sorted; zt (nullptr: none) multiplied by the rotations. False: lanes are left, whose `last` is not negative.
template <int Groups, class T>
bool implicit_ql(TridiagonalLanes<T>* lanes, std::ptrdiff_t n, T* const* zt) {
    constexpr int W = width<T>;
    std::ptrdiff_t from[eigh_lanes_delay] = {}, to[eigh_lanes_delay] = {};
    int kept = 0;
    bool open = true;
    for (std::ptrdiff_t sweep = 0;; ++sweep) {
        T low = static_cast<T>(n), high = -1;
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
            lanes[g].look(n);
            alignas(64) T first[W], last[W];
            store(first, lanes[g].first);
            store(last, lanes[g].last);
            for (int l = 0; l < W; ++l) {
                low = first[l] < low ? first[l] : low;
                high = last[l] > high ? last[l] : high;
            }
        }
        open = high >= 0;
        if (zt != nullptr && (kept == eigh_lanes_delay || !open)) {
            for (int g = 0; g < Groups; ++g) turn_rows<T>(zt[g], n, lanes[g].rotations, kept, from, to);
            kept = 0;
        }
        if (!open || sweep == eigh_lanes_most_ql_sweeps * n) break;
        from[kept] = static_cast<std::ptrdiff_t>(low);
        to[kept] = static_cast<std::ptrdiff_t>(high);
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) lanes[g].above = load(lanes[g].d + to[kept] * W);
        for (std::ptrdiff_t i = to[kept] - 1; i >= from[kept]; --i) {
            MLMATH_UNROLL for (int g = 0; g < Groups; ++g)
                lanes[g].rotate(i, lanes[g].rotations + (kept * n + i) * 2 * W);
        }
        if (zt != nullptr) ++kept;
    }
    return !open;
}

}  // namespace mlmath::MLMATH_LEVEL
