// SPDX-License-Identifier: BSD-3-Clause
// symm, the definition as a loop.
#pragma once
#include "core/view.hpp"

namespace mlmath {

template <class T>
void symm_textbook(T alpha, MatrixView<const T> a, bool lower, MatrixView<const T> b, T beta, MatrixView<T> c) {
    for (std::ptrdiff_t i = 0; i < c.rows; ++i)
        for (std::ptrdiff_t j = 0; j < c.columns; ++j) {
            T sum = 0;
            for (std::ptrdiff_t p = 0; p < a.columns; ++p) {
                const bool stored = (p <= i) == lower || p == i;
                const T element =
                    stored ? a.data[i * a.row_stride + p * a.column_stride] : a.data[p * a.row_stride + i * a.column_stride];
                sum += element * b.data[p * b.row_stride + j * b.column_stride];
            }
            T& element = c.data[i * c.row_stride + j * c.column_stride];
            element = beta == 0 ? alpha * sum : alpha * sum + beta * element;
        }
}

}  // namespace mlmath
