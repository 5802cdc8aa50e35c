// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes: implicit QL [GolubVanLoan2013, sec. 8.3.3] of tridiagonal matrices, a lane for each, several groups at once.
//
// Every lane has its own block [l, m] (the first that is not diagonal yet), and its own shift. A sweep runs from the largest m to
// the smallest l of all lanes; a lane joins at its m, leaves at its l, and has identity rotations elsewhere, so that what happens
// in a lane does not depend on its neighbours. Sweeps until all lanes are done: as many as the slowest lane needs.
#pragma once
#include "kernels/eigen/eigh_lanes/eigh_lanes_kernels.hpp"
#include "kernels/eigen/lanes_reflections_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
struct TridiagonalLanes {
    static constexpr int W = width<T>;
    T *d, *e, *rotations;  // n registers each; 2 n registers a sweep
    vec<T> first, last;    // places l and m, as numbers; last = -1: nothing left
    vec<T> c, s, p, g, d_above, e_above, start;

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
            const mask<T> open = size > maximum<T>(half_eps * (absolute(di) + absolute(below)), broadcast(nothing));
            const vec<T> ei = select<T>(open, load(e + i * W), zero);
            store(e + i * W, ei);
            last = select<T>(open, select<T>(inside, last, broadcast(static_cast<T>(i + 1))), last);
            d_last = select<T>(open, select<T>(inside, d_last, below), d_last);
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
        c = one;
        s = p = g = zero;
    }
    // Below this (beside a largest of about 1) an element is nothing; below `tiny` a sum of squares.
    static constexpr T nothing = sizeof(T) == 8 ? T(0x1p-500) : T(0x1p-60), tiny = sizeof(T) == 8 ? T(0x1p-1000) : T(0x1p-120);

    MLMATH_INLINE void enter(std::ptrdiff_t to) {
        d_above = load(d + to * W);
        e_above = load(e + to * W);
    }

    // Rotation i: between rows i and i + 1, whose elements d_{i+1}, e_{i+1} are carried. joining, leaving: whether any lane does.
    MLMATH_INLINE void rotate(std::ptrdiff_t i, bool joining, bool leaving, T* rotation) {
        const vec<T> zero{}, one = broadcast(T(1)), at = broadcast(static_cast<T>(i));
        const vec<T> ei = load(e + i * W), di = load(d + i * W);
        if (joining) {
            const mask<T> here = last == at + one;
            c = select<T>(here, one, c);
            s = select<T>(here, one, s);
            p = select<T>(here, zero, p);
            g = select<T>(here, start, g);
        }
        const vec<T> f = s * ei, b = c * ei;
        const vec<T> square = fma(g, g, f * f);
        const mask<T> some = square >= broadcast(tiny);
        vec<T> r = square_root(square);
        const vec<T> inverse = one / select<T>(some, r, one);
        s = select<T>(some, f * inverse, zero);
        c = select<T>(some, g * inverse, one);
        const vec<T> shifted = d_above - p, turned = fma(di - shifted, s, (c + c) * b);
        p = s * turned;
        g = fma(c, turned, -b);
        const mask<T> inside = (at < last) & (at >= first);
        if (joining) r = select<T>(last == at + one, zero, r);
        store(e + (i + 1) * W, select<T>(inside, r, e_above));
        store(d + (i + 1) * W, select<T>(inside, shifted + p, d_above));
        store(rotation, select<T>(inside, c, one));
        store(rotation + W, select<T>(inside, s, zero));
        d_above = di;
        e_above = ei;
        if (leaving) {
            const mask<T> here = first == at;
            d_above = select<T>(here, di - p, di);
            e_above = select<T>(here, g, ei);
        }
    }
    MLMATH_INLINE void leave(std::ptrdiff_t from) {
        store(d + from * W, d_above);
        store(e + from * W, e_above);
    }
};

// d <- eigenvalues, not sorted; zt (nullptr: none) multiplied by the rotations. Lanes that are left have last >= 0.
template <int Groups, class T>
void implicit_ql(TridiagonalLanes<T>* lanes, std::ptrdiff_t n, T* const* zt) {
    constexpr int W = width<T>;
    SweepRange range[eigh_lanes_delay];
    int kept = 0;
    for (std::ptrdiff_t sweep = 0;; ++sweep) {
        // Rows at which any lane joins, leaves: a bit each.
        std::uint64_t joining = 0, leaving = 0;
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
            lanes[g].look(n);
            mark_blocks<T>(lanes[g].first, lanes[g].last, leaving, joining);
        }
        const bool done = joining == 0 || sweep == eigh_lanes_most_ql_sweeps * n;
        if (zt != nullptr && (kept == eigh_lanes_delay || done)) {
            for (int g = 0; g < Groups; ++g) turn_rows<T>(zt[g], n, lanes[g].rotations, n, kept, range);
            kept = 0;
        }
        if (done) return;
        const std::ptrdiff_t from = __builtin_ctzll(leaving), to = 64 - __builtin_clzll(joining);
        range[kept] = {to - 1, to - from, -1};
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) lanes[g].enter(to);
        for (std::ptrdiff_t i = to - 1; i >= from; --i) {
            const bool joins = (joining >> i & 1) != 0, leaves = (leaving >> i & 1) != 0;
            MLMATH_UNROLL for (int g = 0; g < Groups; ++g) lanes[g].rotate(i, joins, leaves,
                                                                           lanes[g].rotations + (kept * n + i) * 2 * W);
        }
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) lanes[g].leave(from);
        if (zt != nullptr) ++kept;
    }
}

}  // namespace mlmath::MLMATH_LEVEL
