// SPDX-License-Identifier: BSD-3-Clause
// trsm, the definition: substitution, row by row.
#pragma once
#include "kernels/blas/triangular.hpp"

namespace mlmath {

template <class T>
void trsm_textbook(const Triangular<T>& l, MatrixView<T> b) {
    const std::ptrdiff_t n = l.a.rows;
    const auto of_l = [&](std::ptrdiff_t i, std::ptrdiff_t p) { return l.a.data[i * l.a.row_stride + p * l.a.column_stride]; };
    for (std::ptrdiff_t step = 0; step < n; ++step) {
        const std::ptrdiff_t i = l.lower ? step : n - 1 - step;
        for (std::ptrdiff_t j = 0; j < b.columns; ++j) {
            T& x = b.data[i * b.row_stride + j * b.column_stride];
            for (std::ptrdiff_t known = 0; known < step; ++known) {
                const std::ptrdiff_t p = l.lower ? known : n - 1 - known;
                x -= of_l(i, p) * b.data[p * b.row_stride + j * b.column_stride];
            }
            if (!l.unit) x /= of_l(i, i);
        }
    }
}

}  // namespace mlmath
