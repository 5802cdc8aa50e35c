// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr, textbook: implicit QR, one rotation after the other [DemmelKahan1990]. Oracle of the tests, baseline.
#pragma once
#include <cmath>

#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_step.hpp"

namespace mlmath::textbook {

/// Arguments and result of bidiagonal_qr().
template <class T>
bool bidiagonal_qr(std::ptrdiff_t n, T* s, T* e, T* ut, std::ptrdiff_t u_ld, std::ptrdiff_t u_columns, T* vt, std::ptrdiff_t v_ld,
                   std::ptrdiff_t v_columns) {
    struct Rotation {
        T c, s, r;
        Rotation(T f, T g) : c(1), s(0), r(f) {
            if (g != 0) r = std::hypot(f, g), c = f / r, s = g / r;
        }
    };
    using Index = std::ptrdiff_t;
    const auto rotate = [](T* rows, Index ld, Index columns, Index i, Index k, const Rotation& q) {  // rows i and k
        for (T *x = rows + i * ld, *y = rows + k * ld, *end = x + columns; x != end; ++x, ++y) {
            const T moved = q.c * *x + q.s * *y;
            *y = q.c * *y - q.s * *x;
            *x = moved;
        }
    };
    const T tolerance = bidiagonal_qr_tolerance<T>, threshold = bidiagonal_qr_threshold(n, s, e);
    Index last = n - 1, sweeps = 0, old_lo = -1, old_hi = -1;
    bool up = false;
    while (last > 0) {
        Index lo = last;  // the last block without zeros above its diagonal is [lo, last]
        while (lo > 0 && std::abs(e[lo - 1]) > threshold) --lo;
        if (lo > 0) e[lo - 1] = 0;
        if (lo == last) --last;
        if (lo > last) continue;
        if (lo > old_hi || last < old_lo) up = std::abs(s[lo]) < std::abs(s[last]);  // from the larger end to the smaller
        old_lo = lo, old_hi = last;
        // Chasing upwards is chasing downwards in the transposed matrix with rows and columns in opposite order.
        const Index size = last - lo;
        const auto row = [&](Index k) { return up ? last - k : lo + k; };
        const auto d = [&](Index k) -> T& { return s[row(k)]; };
        const auto f = [&](Index k) -> T& { return e[up ? last - 1 - k : lo + k]; };
        const auto turn = [&](bool u, Index k, const Rotation& q) {
            u != up ? rotate(ut, u_ld, u_columns, row(k), row(k + 1), q) : rotate(vt, v_ld, v_columns, row(k), row(k + 1), q);
        };
        BidiagonalBounds<T> bounds;
        if (!bidiagonal_qr_bounds<T>(size, d, f, tolerance, bounds)) continue;
        if (++sweeps > bidiagonal_qr_most_sweeps * n) return false;
        const T shift = bidiagonal_qr_shift<T>(n, size, d, f, bounds, tolerance, std::numeric_limits<T>::epsilon());
        if (shift == 0) {
            Rotation p(1, 0), q(1, 0);
            for (Index k = 0; k < size; ++k) {
                p = Rotation(d(k) * p.c, f(k));
                if (k > 0) f(k - 1) = q.s * p.r;
                q = Rotation(q.c * p.r, d(k + 1) * p.s);
                d(k) = q.r;
                turn(false, k, p), turn(true, k, q);
            }
            f(size - 1) = d(size) * p.c * q.s;
            d(size) *= p.c * q.c;
            continue;
        }
        T x = (std::abs(d(0)) - shift) * (std::copysign(T(1), d(0)) + shift / d(0)), y = f(0);
        for (Index k = 0; k < size; ++k) {
            const Rotation p(x, y);
            if (k > 0) f(k - 1) = p.r;
            const Rotation q(p.c * d(k) + p.s * f(k), p.s * d(k + 1));
            const T a = p.c * f(k) - p.s * d(k), b = p.c * d(k + 1);
            d(k) = q.r, d(k + 1) = q.c * b - q.s * a, f(k) = x = q.c * a + q.s * b;
            if (k + 1 < size) y = q.s * f(k + 1), f(k + 1) *= q.c;
            turn(false, k, p), turn(true, k, q);
        }
    }
    bidiagonal_qr_order(n, s, ut, u_ld, u_columns, vt, v_ld, v_columns);
    return true;
}

}  // namespace mlmath::textbook
