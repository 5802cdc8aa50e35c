// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_ql, textbook: implicit QL with Wilkinson's shift [Parlett1998, sec. 8.11 to 8.13], every rotation applied at once.
// Oracle of the tests.
#pragma once
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace mlmath::textbook {

/// False when 30 n sweeps were not enough. zt == nullptr: eigenvalues alone. watch(l, e_l) is called before every sweep of rows
/// from l on, and with what counts as zero.
template <class T, class Watch = void (*)(std::ptrdiff_t, T)>
bool tridiagonal_ql(
    std::ptrdiff_t n, T* d, T* e, T* zt, std::ptrdiff_t ld, std::ptrdiff_t columns, Watch watch = [](std::ptrdiff_t, T) {}) {
    constexpr T eps = std::numeric_limits<T>::epsilon() / 2;
    T largest = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i)
        largest = std::fmax(largest, std::fmax(std::abs(d[i]), i + 1 < n ? std::abs(e[i]) : T(0)));
    std::ptrdiff_t sweeps = 0;
    for (std::ptrdiff_t l = 0; l < n;) {
        std::ptrdiff_t m = l;  // rows l .. m do not touch those below
        while (m + 1 < n &&
               !(std::abs(e[m]) <= eps * std::sqrt(std::abs(d[m])) * std::sqrt(std::abs(d[m + 1])) + eps * eps * largest))
            ++m;
        if (l + 1 < n) watch(l, e[l]);
        if (m == l) {
            ++l;
            continue;
        }
        if (++sweeps > 30 * n) return false;
        // The eigenvalue of the upper left 2x2 block nearer to d_l.
        const T half = (d[l + 1] - d[l]) / (2 * e[l]), shift = d[l] - e[l] / (half + std::copysign(std::hypot(half, T(1)), half));
        T g = d[m] - shift, c = 1, s = 1, p = 0;
        for (std::ptrdiff_t i = m - 1; i >= l; --i) {
            const T f = s * e[i], b = c * e[i], r = std::hypot(f, g);
            if (i + 1 < m) e[i + 1] = r;
            s = r == 0 ? 0 : f / r;
            c = r == 0 ? 1 : g / r;
            g = d[i + 1] - p;
            const T q = (d[i] - g) * s + 2 * c * b;
            p = s * q;
            d[i + 1] = g + p;
            g = c * q - b;
            for (std::ptrdiff_t j = 0; zt != nullptr && j < columns; ++j) {
                T &x = zt[i * ld + j], &y = zt[(i + 1) * ld + j];
                const T upper = x, lower = y;
                y = s * upper + c * lower;
                x = c * upper - s * lower;
            }
        }
        d[l] -= p;
        e[l] = g;
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) {  // ascending, by exchanges with the smallest of what is left
        std::ptrdiff_t smallest = i;
        for (std::ptrdiff_t j = i + 1; j < n; ++j)
            if (d[j] < d[smallest]) smallest = j;
        if (smallest == i) continue;
        std::swap(d[i], d[smallest]);
        for (std::ptrdiff_t j = 0; zt != nullptr && j < columns; ++j) std::swap(zt[i * ld + j], zt[smallest * ld + j]);
    }
    return true;
}

}  // namespace mlmath::textbook
