// SPDX-License-Identifier: BSD-3-Clause
// gemm, textbook: the definition. Oracle of the tests, fallback, baseline of the ladder.
#pragma once
#include "kernels/blas/gemm/gemm.hpp"

namespace mlmath::textbook {

template <class T>
void gemm(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c) {
    for (std::ptrdiff_t i = 0; i < c.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < c.columns; ++j) {
            T sum = 0;
            for (std::ptrdiff_t p = 0; p < a.columns; ++p)
                sum += a.data[i * a.row_stride + p * a.column_stride] * b.data[p * b.row_stride + j * b.column_stride];
            T& element = c.data[i * c.row_stride + j * c.column_stride];
            element = beta == 0 ? alpha * sum : alpha * sum + beta * element;
        }
    }
}

}  // namespace mlmath::textbook
