// SPDX-License-Identifier: BSD-3-Clause
// normal_product, textbook: two products, one after the other. Oracle of the tests.
#pragma once
#include <vector>

#include "core/view.hpp"

namespace mlmath {

/// Z = (X - 1 m^T)^T (X - 1 m^T) Q, in double precision; m null: zeros.
template <class T>
void normal_product_textbook(MatrixView<const T> x, const T* mean, MatrixView<const T> q, MatrixView<double> z) {
    const auto deviation = [&](std::ptrdiff_t i, std::ptrdiff_t p) {
        return double(x.data[i * x.row_stride + p * x.column_stride]) - (mean == nullptr ? 0.0 : double(mean[p]));
    };
    for (std::ptrdiff_t j = 0; j < q.columns; ++j) {
        std::vector<double> y(x.rows, 0.0);
        for (std::ptrdiff_t i = 0; i < x.rows; ++i)
            for (std::ptrdiff_t p = 0; p < x.columns; ++p)
                y[i] += deviation(i, p) * double(q.data[p * q.row_stride + j * q.column_stride]);
        for (std::ptrdiff_t p = 0; p < x.columns; ++p) {
            double sum = 0;
            for (std::ptrdiff_t i = 0; i < x.rows; ++i) sum += deviation(i, p) * y[i];
            z.data[p * z.row_stride + j * z.column_stride] = sum;
        }
    }
}

}  // namespace mlmath
