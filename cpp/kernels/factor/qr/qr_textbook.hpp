// SPDX-License-Identifier: BSD-3-Clause
// qr, the definition: one Householder reflection after the other; Q by applying them to the identity, the last one first.
#pragma once
#include <cmath>
#include <vector>

#include "core/view.hpp"

namespace mlmath {

/// a: m x n, becomes R with the v_k below its diagonal; q: m x k.
template <class T>
void qr_textbook(MatrixView<T> a, MatrixView<T> q) {
    const auto at = [](MatrixView<T> x, std::ptrdiff_t i, std::ptrdiff_t j) -> T& {
        return x.data[i * x.row_stride + j * x.column_stride];
    };
    const std::ptrdiff_t m = a.rows, order = m < a.columns ? m : a.columns;
    std::vector<T> tau(static_cast<std::size_t>(order));
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
        T squares = 0;
        for (std::ptrdiff_t i = k + 1; i < m; ++i) squares += at(a, i, k) * at(a, i, k);
        const T alpha = at(a, k, k), beta = squares == 0 ? alpha : -std::copysign(std::sqrt(alpha * alpha + squares), alpha);
        tau[k] = squares == 0 ? T(0) : (beta - alpha) / beta;
        for (std::ptrdiff_t i = k + 1; i < m && squares != 0; ++i) at(a, i, k) /= alpha - beta;
        reflect(k, a, k + 1);
        at(a, k, k) = beta;
    }
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < q.columns; ++j) at(q, i, j) = T(i == j);
    for (std::ptrdiff_t k = order - 1; k >= 0; --k) reflect(k, q, 0);
}

}  // namespace mlmath
