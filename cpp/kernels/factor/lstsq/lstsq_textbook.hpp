// SPDX-License-Identifier: BSD-3-Clause
// lstsq, textbook: singular values and vectors, then one product after the other [GolubVanLoan2013, sec. 5.5.2]. Oracle of the
// tests.
#pragma once
#include "kernels/eigen/jacobi_svd/jacobi_svd_textbook.hpp"

namespace mlmath::textbook {

/// a: (m, n) with m >= n, b: m numbers, x: n, s: n. Returns the rank.
template <class T>
std::ptrdiff_t lstsq(MatrixView<const T> a, VectorView<const T> b, T rcond, VectorView<T> x, T* s) {
    const std::ptrdiff_t m = a.rows, n = a.columns;
    std::vector<T> u(m * n), vt(n * n);
    jacobi_svd<T>(a, {u.data(), m, n, n, 1}, s, {vt.data(), n, n, n, 1});
    for (std::ptrdiff_t j = 0; j < n; ++j) x.data[j * x.stride] = 0;
    std::ptrdiff_t rank = 0;
    for (; rank < n && s[rank] > rcond * s[0]; ++rank) {
        T product = 0;
        for (std::ptrdiff_t i = 0; i < m; ++i) product += u[i * n + rank] * b.data[i * b.stride];
        for (std::ptrdiff_t j = 0; j < n; ++j) x.data[j * x.stride] += vt[rank * n + j] * (product / s[rank]);
    }
    return rank;
}

}  // namespace mlmath::textbook
