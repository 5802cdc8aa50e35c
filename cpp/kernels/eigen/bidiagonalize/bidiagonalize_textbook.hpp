// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize, textbook: a reflection of the columns, a reflection of the rows, in turn [GolubVanLoan2013, alg. 5.4.2]. Oracle.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {

/// H = I - tau v v^T with v_0 = 1 takes x to (beta, 0, ..., 0), beta = -sign(x_0) |x|. x <- v; returns tau, 0 where x is (x_0, 0,
/// ...).
template <class T>
T reflection(std::vector<T>& x, T& beta) {
    T squares = 0;
    for (std::size_t i = 1; i < x.size(); ++i) squares += x[i] * x[i];
    beta = x[0];
    if (squares == 0) {
        x[0] = 1;
        return 0;
    }
    beta = -std::copysign(std::sqrt(x[0] * x[0] + squares), x[0]);
    const T tau = (beta - x[0]) / beta, scale = 1 / (x[0] - beta);
    for (T& e : x) e *= scale;
    x[0] = 1;
    return tau;
}

/// A = Q B P^T: a (m x n, m >= n), d and e: the diagonals of B (n, n - 1). q: m x n <- the first n columns of Q, p: n x n <- P.
template <class T>
void bidiagonalize(MatrixView<const T> a, T* d, T* e, MatrixView<T> q, MatrixView<T> p) {
    const std::ptrdiff_t m = a.rows, n = a.columns;
    std::vector<T> work(m * n);
    std::vector<std::vector<T>> left, right;
    std::vector<T> left_tau, right_tau;
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) work[i * n + j] = a.data[i * a.row_stride + j * a.column_stride];
    // c <- H c for the lines of c, `along` elements apart from each other, with elements `step` apart.
    const auto reflect = [](const std::vector<T>& v, T tau, T* c, std::ptrdiff_t step, std::ptrdiff_t lines, std::ptrdiff_t along) {
        for (std::ptrdiff_t l = 0; l < lines; ++l, c += along) {
            T sum = 0;
            for (std::size_t i = 0; i < v.size(); ++i) sum += v[i] * c[i * step];
            for (std::size_t i = 0; i < v.size(); ++i) c[i * step] -= tau * sum * v[i];
        }
    };
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        std::vector<T> x(m - k);
        for (std::ptrdiff_t i = k; i < m; ++i) x[i - k] = work[i * n + k];
        left_tau.push_back(reflection(x, d[k]));
        reflect(x, left_tau.back(), &work[k * n + k], n, n - k, 1);
        left.push_back(x);
        if (k + 1 == n) break;
        std::vector<T> y(&work[k * n + k + 1], &work[k * n] + n);
        right_tau.push_back(reflection(y, e[k]));
        reflect(y, right_tau.back(), &work[k * n + k + 1], 1, m - k, n);
        right.push_back(y);
    }
    // Q = H_0 H_1 ... I, the last one first.
    std::vector<T> basis(m * n);
    for (std::ptrdiff_t i = 0; i < n; ++i) basis[i * n + i] = 1;
    for (std::ptrdiff_t k = n - 1; k >= 0; --k) reflect(left[k], left_tau[k], &basis[k * n], n, n, 1);
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) q.data[i * q.row_stride + j * q.column_stride] = basis[i * n + j];
    std::fill(basis.begin(), basis.end(), T(0));
    for (std::ptrdiff_t i = 0; i < n; ++i) basis[i * n + i] = 1;
    for (std::ptrdiff_t k = n - 2; k >= 0; --k) reflect(right[k], right_tau[k], &basis[(k + 1) * n], n, n, 1);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) p.data[i * p.row_stride + j * p.column_stride] = basis[i * n + j];
}

}  // namespace mlmath::textbook
