// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dqds, textbook: one transform without a shift, one with a shift, and so on [FernandoParlett1994]. Oracle of the tests.
#pragma once
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace mlmath::textbook {

/// One transform of the n rows at q and e, which hold the squares of diagonal and superdiagonal of B: B'^T B' = B B^T - shift I to
/// new_q, new_e. inverse <- sum 1/d_i, without a shift the trace of (B B^T)^-1. False: B' is not real, the shift is too large.
template <class T>
bool dqds(std::ptrdiff_t n, const T* q, const T* e, T shift, T* new_q, T* new_e, T& inverse) {
    T d = q[0] - shift;
    inverse = 1 / d;
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i) {
        new_q[i] = d + e[i];
        const T ratio = q[i + 1] / new_q[i];
        new_e[i] = e[i] * ratio;
        d = d * ratio - shift;
        if (d < 0 || !(new_q[i] > 0)) return false;
        inverse += 1 / d;
    }
    new_q[n - 1] = d;
    return d >= 0;
}

/// The arguments of bidiagonal_dqds. Unlike there, no square may under- or overflow.
template <class T>
bool bidiagonal_dqds(std::ptrdiff_t size, T* s, T* super) {
    if (size == 0) return true;
    std::vector<T> q(size), e(size), q2(size), e2(size), sum(size);
    for (std::ptrdiff_t i = 0; i < size; ++i) q[i] = s[i] * s[i];
    for (std::ptrdiff_t i = 0; i + 1 < size; ++i) e[i] = super[i] * super[i];
    constexpr T eps = std::numeric_limits<T>::epsilon(), tolerance = eps / 4;
    // Rows `first` to `last` are a matrix of their own; its values are those of the input less sum[last].
    std::ptrdiff_t first, last = size - 1, passes = 0;
    while (last >= 0) {
        if (++passes == 100 * size + 1000) return false;
        for (first = last; first > 0 && e[first - 1] > 0;) --first;
        if (first == last) {
            s[last] = std::sqrt(sum[last] + q[last]);
            --last;
            continue;
        }
        const std::ptrdiff_t n = last - first + 1;
        T inverse, unused;
        if (!dqds(n, &q[first], &e[first], T(0), &q2[first], &e2[first], inverse)) return false;
        // (B B^T)^-1 is not larger than its trace, so 1 / trace is a shift below every value [FernandoParlett1994]. With a
        // zero on the diagonal the trace is infinite, and that transform alone has put a zero beside the last row.
        T shift = (1 - 4 * static_cast<T>(n) * eps) / inverse;
        if (!dqds(n, &q2[first], &e2[first], shift, &q[first], &e[first], unused)) {
            std::copy(&q2[first], &q2[last] + 1, &q[first]);
            std::copy(&e2[first], &e2[last], &e[first]);
            shift = 0;
        }
        sum[last] += shift;
        // Without e_i every value of B changes by at most sqrt(e_i / d_i) of itself, and d_i >= 1 / trace; the square of every
        // value by at most e_i + sqrt(e_i q_i+1).
        const T of_sum = tolerance * sum[last], of_least = tolerance * tolerance / inverse;
        for (std::ptrdiff_t i = first; i < last; ++i)
            if (e[i] <= of_least || (e[i] <= of_sum && std::sqrt(e[i]) * std::sqrt(q[i + 1]) <= of_sum)) {
                e[i] = 0;
                sum[i] = sum[last];
            }
    }
    std::sort(s, s + size, std::greater<T>());
    return true;
}

}  // namespace mlmath::textbook
