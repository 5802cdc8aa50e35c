// SPDX-License-Identifier: BSD-3-Clause
// A few rows of a matrix with their elements side by side: where they lie already, or copied into scratch memory.
#pragma once
#include "core/view.hpp"

namespace mlmath {

template <class T>
struct PackedRows {
    const T* data;
    std::ptrdiff_t row_stride;
};

/// Rows [from, from + count) of x. `scratch` holds count x columns elements and is used when columns do not lie side by side.
template <class T>
PackedRows<T> packed_rows(MatrixView<const T> x, std::ptrdiff_t from, std::ptrdiff_t count, T* scratch) {
    const T* at = x.data + from * x.row_stride;
    if (x.column_stride == 1 || x.columns <= 1) return {at, x.row_stride};
    for (std::ptrdiff_t j = 0; j < x.columns; ++j)
        for (std::ptrdiff_t i = 0; i < count; ++i) scratch[i * x.columns + j] = at[i * x.row_stride + j * x.column_stride];
    return {scratch, x.columns};
}

/// Elements of scratch that packed_rows needs for `count` rows.
template <class T>
std::ptrdiff_t packed_rows_scratch(MatrixView<const T> x, std::ptrdiff_t count) {
    return x.column_stride == 1 || x.columns <= 1 ? 0 : count * x.columns;
}

}  // namespace mlmath
