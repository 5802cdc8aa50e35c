// SPDX-License-Identifier: BSD-3-Clause
// svd, textbook: bidiagonal form by reflections, then QR iteration [GolubVanLoan2013, alg. 8.6.2]. Oracle of the tests, baseline.
#pragma once
#include <cmath>
#include <vector>

#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_textbook.hpp"
#include "kernels/eigen/bidiagonalize/bidiagonalize_textbook.hpp"

namespace mlmath::textbook {

/// A = U diag(s) V^T: a (m x n, m >= n), u: m x n, s: n descending, vt: n x n. The first element of largest magnitude of every row
/// of vt is positive. False: not converged.
template <class T>
bool svd(MatrixView<const T> a, MatrixView<T> u, T* s, MatrixView<T> vt) {
    const std::ptrdiff_t m = a.rows, n = a.columns;
    std::vector<T> e(n), q(m * n), p(n * n), ut(n * m), v(n * n);
    bidiagonalize<T>(a, s, e.data(), {q.data(), m, n, n, 1}, {p.data(), n, n, n, 1});
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        for (std::ptrdiff_t i = 0; i < m; ++i) ut[k * m + i] = q[i * n + k];
        for (std::ptrdiff_t j = 0; j < n; ++j) v[k * n + j] = p[j * n + k];
    }
    if (!bidiagonal_qr<T>(n, s, e.data(), ut.data(), m, m, v.data(), n, n)) return false;
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        std::ptrdiff_t largest = 0;
        for (std::ptrdiff_t j = 1; j < n; ++j)
            if (std::abs(v[k * n + j]) > std::abs(v[k * n + largest])) largest = j;
        const T sign = v[k * n + largest] < 0 ? T(-1) : T(1);
        for (std::ptrdiff_t i = 0; i < m; ++i) u.data[i * u.row_stride + k * u.column_stride] = sign * ut[k * m + i];
        for (std::ptrdiff_t j = 0; j < n; ++j) vt.data[k * vt.row_stride + j * vt.column_stride] = sign * v[k * n + j];
    }
    return true;
}

}  // namespace mlmath::textbook
