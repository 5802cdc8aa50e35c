// SPDX-License-Identifier: BSD-3-Clause
// Views: a pointer, a shape, strides. They own nothing. Kernel units (`_simd.cpp`) see plain pointers and sizes instead.
#pragma once
#include <cstddef>

namespace mlmath {

template <class T>
struct VectorView {  // stride in elements, any sign, 0 allowed
    T* data;
    std::ptrdiff_t size;
    std::ptrdiff_t stride;
};

template <class T>
struct MatrixView {  // strides in elements, any sign, 0 allowed; element (i, j) is data[i*row_stride + j*column_stride]
    T* data;
    std::ptrdiff_t rows;
    std::ptrdiff_t columns;
    std::ptrdiff_t row_stride;
    std::ptrdiff_t column_stride;
};

template <class T>
struct ArrayView {  // any number of axes; strides in elements, any sign, 0 allowed; shape and strides live with the caller
    T* data;
    int axes;
    const std::ptrdiff_t* shape;
    const std::ptrdiff_t* strides;
};

template <class T>
MatrixView<T> transposed(MatrixView<T> a) {
    return {a.data, a.columns, a.rows, a.column_stride, a.row_stride};
}

/// Rows and columns in the opposite order.
template <class T>
MatrixView<T> reversed_rows(MatrixView<T> a) {
    return {a.data + (a.rows - 1) * a.row_stride, a.rows, a.columns, -a.row_stride, a.column_stride};
}

/// Rows [from, to) and all columns; rows [from, to) and columns [left, right).
template <class T>
MatrixView<T> rows_of(MatrixView<T> a, std::ptrdiff_t from, std::ptrdiff_t to) {
    return {a.data + from * a.row_stride, to - from, a.columns, a.row_stride, a.column_stride};
}
template <class T>
MatrixView<T> part_of(MatrixView<T> a, std::ptrdiff_t from, std::ptrdiff_t to, std::ptrdiff_t left, std::ptrdiff_t right) {
    return {a.data + from * a.row_stride + left * a.column_stride, to - from, right - left, a.row_stride, a.column_stride};
}
template <class T>
MatrixView<const T> as_const(MatrixView<T> a) {
    return {a.data, a.rows, a.columns, a.row_stride, a.column_stride};
}

}  // namespace mlmath
