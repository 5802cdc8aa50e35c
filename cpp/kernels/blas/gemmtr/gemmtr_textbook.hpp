// SPDX-License-Identifier: BSD-3-Clause
// gemmtr, the definition as a loop.
#pragma once
#include "core/view.hpp"

namespace mlmath {

template <class T>
void gemmtr_textbook(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, bool lower) {
    for (std::ptrdiff_t i = 0; i < c.rows; ++i)
        for (std::ptrdiff_t j = lower ? 0 : i; j < (lower ? i + 1 : c.columns); ++j) {
            T sum = 0;
            for (std::ptrdiff_t p = 0; p < a.columns; ++p)
                sum += a.data[i * a.row_stride + p * a.column_stride] * b.data[p * b.row_stride + j * b.column_stride];
            T& element = c.data[i * c.row_stride + j * c.column_stride];
            element = beta == 0 ? alpha * sum : alpha * sum + beta * element;
        }
}

}  // namespace mlmath
