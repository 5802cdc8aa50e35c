// SPDX-License-Identifier: BSD-3-Clause
// trmm, the definition: row by row, from the side where nothing is needed any more.
#pragma once
#include "kernels/blas/triangular.hpp"

namespace mlmath {

template <class T>
void trmm_textbook(const Triangular<T>& l, MatrixView<T> b) {
    const std::ptrdiff_t n = l.a.rows;
    for (std::ptrdiff_t step = n; step-- > 0;) {
        const std::ptrdiff_t i = l.lower ? step : n - 1 - step, first = l.lower ? 0 : i, last = l.lower ? i : n - 1;
        for (std::ptrdiff_t j = 0; j < b.columns; ++j) {
            T sum = 0;
            for (std::ptrdiff_t p = first; p <= last; ++p) {
                const T element = p == i && l.unit ? T(1) : l.a.data[i * l.a.row_stride + p * l.a.column_stride];
                sum += element * b.data[p * b.row_stride + j * b.column_stride];
            }
            b.data[i * b.row_stride + j * b.column_stride] = sum;
        }
    }
}

}  // namespace mlmath
