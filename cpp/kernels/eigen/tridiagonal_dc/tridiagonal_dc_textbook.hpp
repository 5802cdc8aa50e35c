// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc, textbook: Cuppen's method down to single rows, with Gu and Eisenstat's weights. Oracle, baseline.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/eigen/secular/secular_textbook.hpp"

namespace mlmath::textbook {

/// d: n, on return the eigenvalues, ascending. e: n - 1. z: n x n by rows, row i becomes the eigenvector of d_i.
template <class T>
void tridiagonal_dc(std::ptrdiff_t n, T* d, const T* e, T* z) {
    if (n > 0) z[0] = 1;
    if (n <= 1) return;
    // T = diag(T1, T2) + rho v v^T: the halves, less rho at the corners that meet, and v = (.., 0, 1, +-1, 0, ..).
    const std::ptrdiff_t half = n / 2, rest = n - half;
    const T rho = std::abs(e[half - 1]);
    d[half - 1] -= rho, d[half] -= rho;
    std::vector<T> z1(half * half), z2(rest * rest), rows(n * n), weight(n), values(n);
    tridiagonal_dc(half, d, e, z1.data());
    tridiagonal_dc(rest, d + half, e + half, z2.data());
    // diag(Z1, Z2)^T v: the last elements of Z1's rows and the first ones of Z2's.
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const bool upper = i < half;
        const T* const row = upper ? z1.data() + i * half : z2.data() + (i - half) * rest;
        std::copy_n(row, upper ? half : rest, rows.data() + i * n + (upper ? 0 : half));
        weight[i] = upper ? rows[i * n + half - 1] : std::copysign(T(1), e[half - 1]) * rows[i * n + half];
    }
    std::vector<std::ptrdiff_t> order(n), kept;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::ptrdiff_t i, std::ptrdiff_t j) { return d[i] < d[j]; });
    // Deflation: no weight, or two poles so close that a rotation which takes one's weight leaves nothing beside the diagonal.
    const T most = std::max({std::abs(d[order[0]]), std::abs(d[order[n - 1]]), rho}), eps = std::numeric_limits<T>::epsilon();
    for (const std::ptrdiff_t i : order) {
        if (rho * std::abs(weight[i]) <= 4 * eps * most) continue;
        if (const std::ptrdiff_t p = kept.empty() ? -1 : kept.back(); p >= 0) {
            const T length = std::hypot(weight[p], weight[i]), c = weight[i] / length, s = weight[p] / length;
            if (std::abs((d[i] - d[p]) * c * s) <= 4 * eps * most) {
                for (std::ptrdiff_t j = 0; j < n; ++j) {
                    const T x = rows[p * n + j], y = rows[i * n + j];
                    rows[p * n + j] = c * x - s * y;
                    rows[i * n + j] = s * x + c * y;
                }
                const T moved = s * s * (d[i] - d[p]);
                d[p] += moved, d[i] -= moved;
                weight[i] = length;
                kept.pop_back();
            }
        }
        kept.push_back(i);
    }
    // The others: eigenvectors of diag(d) + rho weight weight^T times the halves' vectors.
    const auto k = static_cast<std::ptrdiff_t>(kept.size());
    std::vector<T> pole(k), w(k), near(k), offset(k), exact(k), mended(k * n);
    for (std::ptrdiff_t i = 0; i < k; ++i) pole[i] = d[kept[i]], w[i] = weight[kept[i]];
    const SecularEquation<T> equation{Poles::plain, k, pole.data(), w.data(), rho};
    for (std::ptrdiff_t i = 0; i < k; ++i) secular_root(equation, i, near[i], offset[i]);
    secular_weights(equation, near.data(), offset.data(), exact.data());
    for (std::ptrdiff_t i = 0; i < k; ++i) {
        T squares = 0;
        for (std::ptrdiff_t j = 0; j < k; ++j) {
            w[j] = exact[j] / secular_difference(Poles::plain, pole[j], near[i], offset[i]);
            squares += w[j] * w[j];
        }
        for (std::ptrdiff_t j = 0; j < k; ++j)
            for (std::ptrdiff_t c = 0; c < n; ++c) mended[i * n + c] += w[j] / std::sqrt(squares) * rows[kept[j] * n + c];
        d[kept[i]] = near[i] + offset[i];
    }
    for (std::ptrdiff_t i = 0; i < k; ++i) std::copy_n(mended.data() + i * n, n, rows.data() + kept[i] * n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::ptrdiff_t i, std::ptrdiff_t j) { return d[i] < d[j]; });
    for (std::ptrdiff_t i = 0; i < n; ++i) std::copy_n(rows.data() + order[i] * n, n, z + i * n), values[i] = d[order[i]];
    std::copy(values.begin(), values.end(), d);
}

}  // namespace mlmath::textbook
