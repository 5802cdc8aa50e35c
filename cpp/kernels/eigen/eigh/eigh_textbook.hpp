// SPDX-License-Identifier: BSD-3-Clause
// eigh, textbook: tridiagonal form, then QL. Baseline and oracle of the tests.
#pragma once
#include <cmath>
#include <vector>

#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql_textbook.hpp"
#include "kernels/eigen/tridiagonalize/tridiagonalize_textbook.hpp"

namespace mlmath::textbook {

/// a: (n, n) symmetric, largest magnitude about one; w: n ascending eigenvalues; v: (n, n), eigenvectors in columns, the largest
/// component of each positive (the first of them). False when QL took too many sweeps.
template <class T>
bool eigh(MatrixView<const T> a, T* w, MatrixView<T> v) {
    const std::ptrdiff_t n = a.rows;
    std::vector<T> e(n), qt(n * n);
    tridiagonalize<T>(a, w, e.data(), {qt.data(), n, n, 1, n});
    if (!tridiagonal_ql<T>(n, w, e.data(), qt.data(), n, n)) return false;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i)
            if (std::abs(qt[j * n + i]) > std::abs(largest)) largest = qt[j * n + i];
        for (std::ptrdiff_t i = 0; i < n; ++i)
            v.data[i * v.row_stride + j * v.column_stride] = largest < 0 ? -qt[j * n + i] : qt[j * n + i];
    }
    return true;
}

}  // namespace mlmath::textbook
