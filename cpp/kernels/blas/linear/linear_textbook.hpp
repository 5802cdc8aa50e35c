// SPDX-License-Identifier: BSD-3-Clause
// linear, the definition: a sum, a bias, a function.
#pragma once
#include <cmath>

#include "kernels/blas/linear/linear.hpp"

namespace mlmath {

template <class T>
T activation_textbook(Activation f, T s) {
    switch (f) {
        case Activation::relu:
            return s > 0 || s != s ? s : T(0);
        case Activation::sigmoid:
            return 1 / (1 + std::exp(-s));
        case Activation::tanh:
            return std::tanh(s);
        case Activation::gelu:
            return s * (T(0.5) * std::erfc(-s * T(0.70710678118654752440)));
        default:
            return s;
    }
}

template <class T>
void linear_textbook(MatrixView<const T> x, MatrixView<const T> w, const T* b, Activation f, MatrixView<T> y) {
    for (std::ptrdiff_t i = 0; i < y.rows; ++i)
        for (std::ptrdiff_t j = 0; j < y.columns; ++j) {
            T s = 0;
            for (std::ptrdiff_t p = 0; p < x.columns; ++p)
                s += x.data[i * x.row_stride + p * x.column_stride] * w.data[p * w.row_stride + j * w.column_stride];
            if (b != nullptr) s += b[j];
            y.data[i * y.row_stride + j * y.column_stride] = activation_textbook(f, s);
        }
}

}  // namespace mlmath
