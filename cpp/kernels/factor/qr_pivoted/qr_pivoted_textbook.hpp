// SPDX-License-Identifier: BSD-3-Clause
// qr_pivoted, the definition: the longest column first, its norm computed anew in every step [GolubVanLoan2013, alg. 5.4.1].
#pragma once
#include <cmath>
#include <utility>
#include <vector>

#include "core/view.hpp"

namespace mlmath {

/// a: m x n, becomes R with the v_k below its diagonal; q: m x k; p: n.
template <class T>
void qr_pivoted_textbook(MatrixView<T> a, MatrixView<T> q, std::ptrdiff_t* p) {
    const auto at = [](MatrixView<T> x, std::ptrdiff_t i, std::ptrdiff_t j) -> T& {
        return x.data[i * x.row_stride + j * x.column_stride];
    };
    const std::ptrdiff_t m = a.rows, n = a.columns, order = m < n ? m : n;
    std::vector<T> tau(static_cast<std::size_t>(order));
    for (std::ptrdiff_t j = 0; j < n; ++j) p[j] = j;
    // C <- (I - tau v v^T) C on rows k .. m of the columns from `first` on.
    const auto reflect = [&](std::ptrdiff_t k, MatrixView<T> c, std::ptrdiff_t first) {
        for (std::ptrdiff_t j = first; j < c.columns; ++j) {
            T product = at(c, k, j);
            for (std::ptrdiff_t i = k + 1; i < m; ++i) product += at(a, i, k) * at(c, i, j);
            product *= tau[k];
            at(c, k, j) -= product;
            for (std::ptrdiff_t i = k + 1; i < m; ++i) at(c, i, j) -= at(a, i, k) * product;
        }
    };
    for (std::ptrdiff_t k = 0; k < order; ++k) {
        std::ptrdiff_t longest = k;
        T largest = -1;
        for (std::ptrdiff_t j = k; j < n; ++j) {
            T squares = 0;
            for (std::ptrdiff_t i = k; i < m; ++i) squares += at(a, i, j) * at(a, i, j);
            if (squares > largest) largest = squares, longest = j;
        }
        for (std::ptrdiff_t i = 0; i < m && longest != k; ++i) std::swap(at(a, i, k), at(a, i, longest));
        std::swap(p[k], p[longest]);
        T below = 0;
        for (std::ptrdiff_t i = k + 1; i < m; ++i) below += at(a, i, k) * at(a, i, k);
        const T alpha = at(a, k, k), beta = below == 0 ? alpha : -std::copysign(std::sqrt(alpha * alpha + below), alpha);
        tau[k] = below == 0 ? T(0) : (beta - alpha) / beta;
        for (std::ptrdiff_t i = k + 1; i < m && below != 0; ++i) at(a, i, k) /= alpha - beta;
        reflect(k, a, k + 1);
        at(a, k, k) = beta;
    }
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < q.columns; ++j) at(q, i, j) = T(i == j);
    for (std::ptrdiff_t k = order - 1; k >= 0; --k) reflect(k, q, 0);
}

}  // namespace mlmath
