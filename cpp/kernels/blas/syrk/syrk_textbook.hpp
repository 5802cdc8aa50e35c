// SPDX-License-Identifier: BSD-3-Clause
// syrk and syr2k, the definitions as loops.
#pragma once
#include "core/view.hpp"

namespace mlmath {

template <class T>
void syr2k_textbook(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, bool lower) {
    const auto at = [](MatrixView<const T> m, std::ptrdiff_t i, std::ptrdiff_t p) {
        return m.data[i * m.row_stride + p * m.column_stride];
    };
    for (std::ptrdiff_t i = 0; i < c.rows; ++i)
        for (std::ptrdiff_t j = lower ? 0 : i; j < (lower ? i + 1 : c.columns); ++j) {
            T sum = 0;
            for (std::ptrdiff_t p = 0; p < a.columns; ++p) sum += at(a, i, p) * at(b, j, p) + at(b, i, p) * at(a, j, p);
            T& element = c.data[i * c.row_stride + j * c.column_stride];
            element = beta == 0 ? alpha * sum : alpha * sum + beta * element;
        }
}

/// A A^T = (A A^T + A A^T) / 2.
template <class T>
void syrk_textbook(T alpha, MatrixView<const T> a, T beta, MatrixView<T> c, bool lower) {
    syr2k_textbook<T>(alpha / 2, a, a, beta, c, lower);
}

}  // namespace mlmath
