// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dc, textbook: the merged matrix, diagonal but for its first row: deflation, roots, vectors [GuEisenstat1995, sec. 3,
// 4].
#pragma once
#include <numeric>
#include <vector>

#include "kernels/eigen/secular/secular_textbook.hpp"

namespace mlmath::textbook {

/// Singular values d in no order, and their left and right vectors, row by row.
template <class T>
struct ArrowSvd {
    using Row = std::vector<T>;
    Row d;
    std::vector<Row> u, v;

    /// Of L^T M R, M = diag(0, d_1, ..) but for its first row z, largest element `largest`; L and R have orthonormal rows.
    ArrowSvd(Row pole, Row z, T largest, std::vector<Row> left, std::vector<Row> right) {
        const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(pole.size());
        const T unit = largest > 0 ? largest : T(1);  // squares of small parts would underflow
        const T tolerance = largest > 0 ? 8 * std::numeric_limits<T>::epsilon() : std::sqrt(std::numeric_limits<T>::min());
        for (T& x : pole) x /= unit;
        for (T& x : z) x /= unit;
        const auto turn = [](T c, T t, Row& x, Row& y) {
            for (std::size_t j = 0; j < x.size(); ++j) {
                const T moved = c * x[j] + t * y[j];
                y[j] = c * y[j] - t * x[j];
                x[j] = moved;
            }
        };
        const auto add = [&](T value, const Row& u_row, const Row& v_row) {
            d.push_back(value * unit), u.push_back(u_row), v.push_back(v_row);
        };
        z[0] = std::max(z[0], tolerance);
        std::vector<std::ptrdiff_t> order(n), kept{0};
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin() + 1, order.end(), [&](auto i, auto j) { return pole[i] < pole[j]; });
        for (std::ptrdiff_t o = 1; o < n; ++o) {  // no share of z: deflated; close to the one before: turned until that has none
            const std::ptrdiff_t i = order[o], p = kept.back();
            const T both = std::hypot(z[p], z[i]), c = z[i] / both, t = -z[p] / both, change = t * t * (pole[i] - pole[p]);
            if (std::abs(z[i]) <= tolerance) {
                add(pole[i], left[i], right[i]);
            } else if (p == 0 || std::abs((pole[i] - pole[p]) * c * t) > tolerance) {
                kept.push_back(i);
            } else {
                turn(c, t, left[p], left[i]), turn(c, t, right[p], right[i]);
                z[i] = both, pole[i] -= change, kept.back() = i;
                add(pole[p] + change, left[p], right[p]);
            }
        }
        const std::ptrdiff_t k = static_cast<std::ptrdiff_t>(kept.size());
        Row poles, weights, near(k), offset(k), exact(k);
        for (std::ptrdiff_t i : kept) poles.push_back(pole[i]), weights.push_back(z[i]);
        if (k > 1) poles[1] = std::max(poles[1], tolerance);  // apart from pole 0
        const SecularEquation<T> equation{Poles::squared, k, poles.data(), weights.data(), T(1)};
        for (std::ptrdiff_t i = 0; i < k; ++i) secular_root(equation, i, near[i], offset[i]);
        secular_weights(equation, near.data(), offset.data(), exact.data());
        for (std::ptrdiff_t i = 0; i < k; ++i) {
            Row u_row(left[0].size()), v_row(right[0].size());
            T u_square = 0, v_square = 0;
            for (std::ptrdiff_t j = 0; j < k; ++j) {
                const T x = exact[j] / secular_difference(Poles::squared, poles[j], near[i], offset[i]),
                        y = j == 0 ? -1 : poles[j] * x;
                u_square += y * y, v_square += x * x;
                for (std::size_t m = 0; m < u_row.size(); ++m) u_row[m] += y * left[kept[j]][m];
                for (std::size_t m = 0; m < v_row.size(); ++m) v_row[m] += x * right[kept[j]][m];
            }
            for (T& x : u_row) x /= std::sqrt(u_square);
            for (T& x : v_row) x /= std::sqrt(v_square);
            add(near[i] + offset[i], u_row, v_row);
        }
    }
};

}  // namespace mlmath::textbook
