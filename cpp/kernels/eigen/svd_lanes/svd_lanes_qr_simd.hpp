// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes: implicit QR with shifts [GolubVanLoan2013, sec. 8.6.2] of bidiagonal matrices, a lane for each, several groups at
// once.
//
// Every lane has its own block [l, m] (the last that is not diagonal yet) and its own shift. A sweep runs from the smallest l to
// the largest m of all lanes; a lane joins at its l, leaves at its m, and has identity rotations elsewhere, so that what happens
// in a lane does not depend on its neighbours.
#pragma once
#include "kernels/eigen/lanes_reflections_simd.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {

// Cosine and sine with c f + s g = r, c g - s f = 0; 1 and 0 where both are nothing. Sums of squares do not overflow: the largest
// magnitude is about 1.
template <class T>
struct PlaneRotation {
    vec<T> c, s, r;
    static constexpr T tiny = sizeof(T) == 8 ? T(0x1p-1000) : T(0x1p-120);
    MLMATH_INLINE PlaneRotation(vec<T> f, vec<T> g) {
        const vec<T> one = broadcast(T(1)), square = fma(f, f, g * g);
        const mask<T> some = square >= broadcast(tiny);
        r = square_root(square);
        const vec<T> inverse = one / select<T>(some, r, one);
        c = select<T>(some, f * inverse, one);
        s = select<T>(some, g * inverse, vec<T>{});
        r = select<T>(some, r, f);
    }
};

template <class T>
struct BidiagonalLanes {
    static constexpr int W = width<T>;
    T *d, *e, *right, *left;  // n registers each of d, e; rotations from both sides, 2 n registers a sweep
    vec<T> first, last;       // places l and m, as numbers; last = -1: nothing left
    vec<T> f, g, d_here, e_here, start_f, start_g;

    // Elements that do not matter beside the largest (about 1) become zero; finds the last block and its shift.
    //
    // A zero on the diagonal splits the matrix too, once the element above the diagonal beside it is rotated away; a sweep without
    // shift does so, and leaves the zero at the end of the block [GolubVanLoan2013, sec. 8.6.2].
    MLMATH_INLINE void look(std::ptrdiff_t n) {
        const vec<T> zero{}, one = broadcast(T(1)), half_eps = broadcast(epsilon<T> / 2), nothing = broadcast(epsilon<T> / 16);
        vec<T> d_first = one, e_first = zero, d_last = zero, d_before = zero, e_last = zero, least = zero;
        first = broadcast(static_cast<T>(n));
        last = -one;
        mask<T> inside{};
        vec<T> above = load(d);
        above = select<T>(absolute(above) > nothing, above, zero);
        store(d, above);
        for (std::ptrdiff_t i = 0; i + 1 < n; ++i) {
            vec<T> below = load(d + (i + 1) * W);
            below = select<T>(absolute(below) > nothing, below, zero);
            store(d + (i + 1) * W, below);
            const vec<T> old = load(e + i * W);
            const mask<T> open = absolute(old) > maximum<T>(half_eps * (absolute(above) + absolute(below)), nothing);
            const vec<T> ei = select<T>(open, old, zero), place = broadcast(static_cast<T>(i));
            store(e + i * W, ei);
            first = select<T>(open, select<T>(inside, first, place), first);
            d_first = select<T>(open, select<T>(inside, d_first, above), d_first);
            e_first = select<T>(open, select<T>(inside, e_first, ei), e_first);
            least = select<T>(open, select<T>(inside, least, absolute(above)), least);
            least = select<T>(open, minimum<T>(least, absolute(below)), least);
            last = select<T>(open, place + one, last);
            d_before = select<T>(open, above, d_before);
            d_last = select<T>(open, below, d_last);
            e_last = select<T>(open, ei, e_last);
            inside = open;
            above = below;
        }
        // The smaller singular value of the block's last 2 x 2: its product with the larger is |d_before d_last|, their sum and
        // difference are the two roots.
        const vec<T> a = absolute(d_before), b = absolute(d_last), square = e_last * e_last;
        const vec<T> sum = square_root(fma(a + b, a + b, square)) + square_root(fma(a - b, a - b, square));
        vec<T> shift = (a * b + a * b) / select<T>(sum > zero, sum, one);
        shift = select<T>(least > zero, shift, zero);
        const mask<T> usable = absolute(d_first) > zero;
        const vec<T> divisor = select<T>(usable, d_first, one);
        // (d^2 - shift^2) / d, nothing squared: what matters is the ratio to e.
        start_f = select<T>(usable, (absolute(d_first) - shift) * (with_sign_of<T>(one, d_first) + shift / divisor), zero);
        start_g = e_first;
        f = one;
        g = zero;
    }

    MLMATH_INLINE void enter(std::ptrdiff_t from) {
        d_here = load(d + from * W);
        e_here = load(e + from * W);
    }

    // Columns i and i + 1, then rows i and i + 1. d_i and e_i are carried, changed by the step before; (f, g) is what it left to
    // be rotated.
    template <bool Vectors>
    MLMATH_INLINE void rotate(std::ptrdiff_t i, bool joining, bool leaving, T* right_rotation, T* left_rotation) {
        const vec<T> zero{}, one = broadcast(T(1)), at = broadcast(static_cast<T>(i));
        if (joining) {
            const mask<T> here = first == at;
            f = select<T>(here, start_f, f);
            g = select<T>(here, start_g, g);
        }
        const mask<T> inside = (at < last) & (at >= first);
        const vec<T> d_next = load(d + (i + 1) * W), e_next = load(e + (i + 1) * W);
        const PlaneRotation<T> r(f, g);
        if (i > 0) {  // e_{i-1} of lanes that were inside before: first < i
            const mask<T> before = (at < last) & (at > first);
            store(e + (i - 1) * W, select<T>(before, r.r, load(e + (i - 1) * W)));
        }
        const vec<T> f2 = fma(r.c, d_here, r.s * e_here), e2 = fnma(r.s, d_here, r.c * e_here);
        const vec<T> g2 = r.s * d_next, d2 = r.c * d_next;
        const PlaneRotation<T> l(f2, g2);
        store(d + i * W, select<T>(inside, l.r, d_here));
        f = fma(l.c, e2, l.s * d2);
        g = l.s * e_next;
        d_here = select<T>(inside, fnma(l.s, e2, l.c * d2), d_next);
        e_here = select<T>(inside, l.c * e_next, e_next);
        if (leaving) store(e + i * W, select<T>(last == at + one, f, load(e + i * W)));
        if (Vectors) {
            store(right_rotation, select<T>(inside, r.c, one));
            store(right_rotation + W, select<T>(inside, r.s, zero));
            store(left_rotation, select<T>(inside, l.c, one));
            store(left_rotation + W, select<T>(inside, l.s, zero));
        }
    }
    MLMATH_INLINE void leave(std::ptrdiff_t to) { store(d + to * W, d_here); }
};

// d <- singular values, with signs, not sorted; ut, vt (nullptr: none) multiplied by the rotations. Lanes that are left have last
// >= 0.
template <int Groups, bool Vectors, class T>
void implicit_qr(BidiagonalLanes<T>* lanes, std::ptrdiff_t m, std::ptrdiff_t n, T* const* ut, T* const* vt) {
    constexpr int W = width<T>;
    SweepRange range[svd_lanes_delay];
    int kept = 0;
    for (std::ptrdiff_t sweep = 0;; ++sweep) {
        // Columns at which any lane joins, leaves: a bit each.
        std::uint64_t joining = 0, leaving = 0;
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) {
            lanes[g].look(n);
            mark_blocks<T>(lanes[g].first, lanes[g].last, joining, leaving);
        }
        const bool done = joining == 0 || sweep == svd_lanes_most_qr_sweeps * n;
        if (Vectors && (kept == svd_lanes_delay || done)) {
            for (int g = 0; g < Groups; ++g) {
                turn_rows<T>(vt[g], n, lanes[g].right, n, kept, range);
                turn_rows<T>(ut[g], m, lanes[g].left, n, kept, range);
            }
            kept = 0;
        }
        if (done) return;
        const std::ptrdiff_t from = __builtin_ctzll(joining), to = 64 - __builtin_clzll(leaving);
        range[kept] = {from, to - from, 1};
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) lanes[g].enter(from);
        for (std::ptrdiff_t i = from; i < to; ++i) {
            const bool joins = (joining >> i & 1) != 0, leaves = (leaving >> i & 1) != 0;
            const std::ptrdiff_t rotation = (kept * n + i) * 2 * W;
            MLMATH_UNROLL for (int g = 0; g < Groups; ++g) lanes[g].template rotate<Vectors>(
                i, joins, leaves, lanes[g].right + rotation, lanes[g].left + rotation);
        }
        MLMATH_UNROLL for (int g = 0; g < Groups; ++g) lanes[g].leave(to);
        if (Vectors) ++kept;
    }
}

}  // namespace mlmath::MLMATH_LEVEL
