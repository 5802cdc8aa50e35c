// SPDX-License-Identifier: BSD-3-Clause
// gram, the definition: for every pair of columns the weighted sum of their products.
#pragma once
#include "core/view.hpp"

namespace mlmath {

template <class T>
void gram_textbook(MatrixView<const T> x, const VectorView<const T>* weights, MatrixView<const T> y, T* c, T* d) {
    const auto sum = [&](std::ptrdiff_t i, MatrixView<const T> right, std::ptrdiff_t j) {
        T s = 0;
        for (std::ptrdiff_t p = 0; p < x.rows; ++p) {
            const T w = weights == nullptr ? T(1) : weights->data[p * weights->stride];
            s += x.data[p * x.row_stride + i * x.column_stride] * (w * right.data[p * right.row_stride + j * right.column_stride]);
        }
        return s;
    };
    for (std::ptrdiff_t i = 0; i < x.columns; ++i) {
        for (std::ptrdiff_t j = i; j < x.columns; ++j) c[i * x.columns + j] = c[j * x.columns + i] = sum(i, x, j);
        for (std::ptrdiff_t j = 0; j < y.columns; ++j) d[i * y.columns + j] = sum(i, y, j);
    }
}

}  // namespace mlmath
