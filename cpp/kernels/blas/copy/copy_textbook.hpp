// SPDX-License-Identifier: BSD-3-Clause
// copy, the definition.
#pragma once
#include "core/view.hpp"

namespace mlmath {

template <class T>
void copy_textbook(MatrixView<const T> a, MatrixView<T> b) {
    for (std::ptrdiff_t i = 0; i < a.rows; ++i)
        for (std::ptrdiff_t j = 0; j < a.columns; ++j)
            b.data[i * b.row_stride + j * b.column_stride] = a.data[i * a.row_stride + j * a.column_stride];
}

}  // namespace mlmath
