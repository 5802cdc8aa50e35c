// SPDX-License-Identifier: BSD-3-Clause
// standardize, textbook: the definition. Oracle of the tests, and the way of matrices in which neither rows nor columns lie side by
// side.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath {

/// y_ij = (x_ij - m_j) / s_j, or backwards y_ij = x_ij s_j + m_j; null: no such step. Returns whether x holds an infinity.
template <class T>
bool standardize_textbook(MatrixView<const T> x, const T* mean, const T* scale, bool backwards, MatrixView<T> y) {
    bool infinite = false;
    for (std::ptrdiff_t i = 0; i < x.rows; ++i)
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            T value = x.data[i * x.row_stride + j * x.column_stride];
            infinite |= std::isinf(value);
            if (backwards) {
                if (scale != nullptr) value *= scale[j];
                if (mean != nullptr) value += mean[j];
            } else {
                if (mean != nullptr) value -= mean[j];
                if (scale != nullptr) value /= scale[j];
            }
            y.data[i * y.row_stride + j * y.column_stride] = value;
        }
    return infinite;
}

}  // namespace mlmath
