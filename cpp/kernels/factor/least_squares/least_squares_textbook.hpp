// SPDX-License-Identifier: BSD-3-Clause
// least_squares, textbook: Householder QR with column pivoting and, when the rank is short, reflections from the right
// [GolubVanLoan2013, alg. 5.4.1 and sec. 5.5.2]. Oracle of the tests, baseline.
#pragma once
#include <cmath>
#include <utility>
#include <vector>

#include "core/view.hpp"

namespace mlmath::textbook {
/// One right-hand side. Returns the rank; b: n coefficients.
template <class T>
std::ptrdiff_t least_squares(MatrixView<const T> x, VectorView<const T> y, T rcond, VectorView<T> b) {
    const std::ptrdiff_t m = x.rows, n = x.columns, most = m < n ? m : n;
    std::vector<std::vector<T>> a(m, std::vector<T>(n));
    std::vector<T> c(m), z(n), u(m > n ? m : n);
    std::vector<std::ptrdiff_t> column(n);
    for (std::ptrdiff_t i = 0; i < m; ++i) {
        c[i] = y.data[i * y.stride];
        for (std::ptrdiff_t j = 0; j < n; ++j) a[i][j] = x.data[i * x.row_stride + j * x.column_stride];
    }
    for (std::ptrdiff_t j = 0; j < n; ++j) column[j] = j;
    std::ptrdiff_t rank = 0;
    for (; rank < most; ++rank) {
        const std::ptrdiff_t k = rank;
        std::ptrdiff_t pivot = k;
        T longest = 0;
        for (std::ptrdiff_t j = k; j < n; ++j) {
            T square = 0;
            for (std::ptrdiff_t i = k; i < m; ++i) square += a[i][j] * a[i][j];
            if (square > longest) longest = square, pivot = j;
        }
        const T norm = std::sqrt(longest);
        if (norm == 0 || (k > 0 && norm <= rcond * std::abs(a[0][0]))) break;
        for (auto& row : a) std::swap(row[k], row[pivot]);
        std::swap(column[k], column[pivot]);
        for (std::ptrdiff_t i = k; i < m; ++i) u[i] = a[i][k];
        u[k] += std::copysign(norm, u[k]);
        T half = 0;  // u^T u / 2
        for (std::ptrdiff_t i = k; i < m; ++i) half += u[i] * u[i] / 2;
        for (std::ptrdiff_t j = k; j <= n; ++j) {  // column n is c
            T s = 0;
            for (std::ptrdiff_t i = k; i < m; ++i) s += u[i] * (j < n ? a[i][j] : c[i]);
            for (std::ptrdiff_t i = k; i < m; ++i) (j < n ? a[i][j] : c[i]) -= s / half * u[i];
        }
    }

    std::vector<std::vector<T>> reflections(rank);
    for (std::ptrdiff_t k = rank - 1; k >= 0 && rank < n; --k) {  // [R11 R12] -> [T 0]
        std::vector<T> v(n, T(0));
        T square = v[k] = a[k][k];
        square *= square;
        for (std::ptrdiff_t j = rank; j < n; ++j) v[j] = a[k][j], square += v[j] * v[j];
        v[k] += std::copysign(std::sqrt(square), v[k]);
        T length = 0;
        for (T e : v) length += e * e;
        for (T& e : v) e /= std::sqrt(length);  // I - 2 v v^T
        for (std::ptrdiff_t i = 0; i <= k; ++i) {
            T s = 0;
            for (std::ptrdiff_t j = 0; j < n; ++j) s += a[i][j] * v[j];
            for (std::ptrdiff_t j = 0; j < n; ++j) a[i][j] -= 2 * s * v[j];
        }
        reflections[k] = v;
    }
    for (std::ptrdiff_t i = rank - 1; i >= 0; --i) {
        z[i] = c[i];
        for (std::ptrdiff_t j = i + 1; j < rank; ++j) z[i] -= a[i][j] * z[j];
        z[i] /= a[i][i];
    }
    for (const auto& v : reflections) {
        T s = 0;
        for (std::size_t j = 0; j < v.size(); ++j) s += v[j] * z[j];
        for (std::size_t j = 0; j < v.size(); ++j) z[j] -= 2 * s * v[j];
    }
    for (std::ptrdiff_t k = 0; k < n; ++k) b.data[column[k] * b.stride] = z[k];
    return rank;
}

}  // namespace mlmath::textbook
