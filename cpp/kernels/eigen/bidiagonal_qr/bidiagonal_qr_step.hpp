// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr: what textbook and fast version share: when an element counts as zero, which shift a sweep takes, the order at the
// end.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"

namespace mlmath {

/// Constraint: setting e_i = 0 must change no singular value by more than the sweeps do, relatively. Arithmetic: convergence is
/// cubic or, without shift, at a rate of less than 0.01: a criterion of 10 eps costs few sweeps more than one of 100. Decision: 10
/// eps.
template <class T>
constexpr T bidiagonal_qr_tolerance = 10 * std::numeric_limits<T>::epsilon();

/// Elements above the diagonal below this are zero: a lower bound of the smallest singular value [DemmelKahan1990, sec. 2] times
/// the tolerance, and never in the range where products underflow.
template <class T>
T bidiagonal_qr_threshold(std::ptrdiff_t n, const T* s, const T* e) {
    if (n == 0) return 0;
    T mu = std::abs(s[0]), least = mu;
    for (std::ptrdiff_t i = 1; i < n && least > 0; ++i) {
        mu = std::abs(s[i]) * (mu / (mu + std::abs(e[i - 1])));
        least = std::min(least, mu);
    }
    return std::max(bidiagonal_qr_tolerance<T> * least / std::sqrt(static_cast<T>(n)),
                    static_cast<T>(n) * static_cast<T>(n) * 6 * std::numeric_limits<T>::min());
}

/// The smaller singular value of (f g; 0 h), to full relative accuracy [DemmelKahan1990, sec. 2].
template <class T>
T smaller_of_two(T f, T g, T h) {
    f = std::abs(f), g = std::abs(g), h = std::abs(h);
    const T small = std::min(f, h), large = std::max(f, h);
    if (small == 0) return 0;
    const T sum = 1 + small / large, difference = (large - small) / large;
    if (g < large) {
        const T square = (g / large) * (g / large);
        return small * (2 / (std::sqrt(sum * sum + square) + std::sqrt(difference * difference + square)));
    }
    const T ratio = large / g;
    if (ratio == 0) return small * large / g;
    const T x = sum * ratio, y = difference * ratio;
    return small * ratio * 2 / (std::sqrt(1 + x * x) + std::sqrt(1 + y * y));
}

/// What a block's elements say of its singular values: mu_k, a lower bound of those of its first k + 1 columns, for the last k,
/// and the least of all; the largest element.
template <class T>
struct BidiagonalBounds {
    T mu, least, most;
};

/// The bounds of a block with diagonal d(0 .. size) and f(0 .. size-1) above it; false when an element of f was negligible
/// [DemmelKahan1990, sec. 2, criteria 1a and 1b], which is now zero.
template <class T, class Diagonal, class Above>
bool bidiagonal_qr_bounds(std::ptrdiff_t size, const Diagonal& d, const Above& f, T tolerance, BidiagonalBounds<T>& bounds) {
    if (std::abs(f(size - 1)) <= tolerance * std::abs(d(size))) {
        f(size - 1) = 0;
        return false;
    }
    bounds.mu = bounds.least = bounds.most = std::abs(d(0));
    for (std::ptrdiff_t k = 0; k < size; ++k) {
        const T above = std::abs(f(k)), next = std::abs(d(k + 1));
        if (above <= tolerance * bounds.mu) {
            f(k) = 0;
            return false;
        }
        bounds.mu = next * (bounds.mu / (bounds.mu + above));
        bounds.least = std::min(bounds.least, bounds.mu);
        bounds.most = std::max(bounds.most, std::max(above, next));
    }
    return true;
}

/// The shift of the next sweep: the smaller singular value of the last two rows, 0 where a shift might cost the small singular
/// values their digits, or would change nothing [DemmelKahan1990, sec. 3].
template <class T, class Diagonal, class Above>
T bidiagonal_qr_shift(std::ptrdiff_t n, std::ptrdiff_t size, const Diagonal& d, const Above& f, const BidiagonalBounds<T>& bounds,
                      T tolerance, T eps) {
    if (!(static_cast<T>(n) * tolerance * (bounds.least / bounds.most) > eps)) return 0;
    const T shift = smaller_of_two(d(size - 1), f(size - 1), d(size)), ratio = shift / d(0);
    return ratio * ratio < eps ? T(0) : shift;
}

/// Singular values made positive and put in descending order, rows along with them.
template <class T>
void bidiagonal_qr_order(std::ptrdiff_t n, T* s, T* ut, std::ptrdiff_t u_ld, std::ptrdiff_t u_columns, T* vt, std::ptrdiff_t v_ld,
                         std::ptrdiff_t v_columns) {
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        if (!std::signbit(s[i])) continue;
        s[i] = -s[i];
        for (std::ptrdiff_t j = 0; j < v_columns; ++j) vt[i * v_ld + j] = -vt[i * v_ld + j];
    }
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i) {
        const std::ptrdiff_t from = std::max_element(s + i, s + n) - s;
        if (from == i) continue;
        std::swap(s[i], s[from]);
        if (u_columns > 0) std::swap_ranges(ut + i * u_ld, ut + i * u_ld + u_columns, ut + from * u_ld);
        if (v_columns > 0) std::swap_ranges(vt + i * v_ld, vt + i * v_ld + v_columns, vt + from * v_ld);
    }
}

}  // namespace mlmath
