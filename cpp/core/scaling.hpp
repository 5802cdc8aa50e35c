// SPDX-License-Identifier: BSD-3-Clause
// Matrices brought near one by a power of two, exactly: for kernels whose squares must neither over- nor underflow.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/interruption.hpp"
#include "core/view.hpp"

namespace mlmath {

/// Largest magnitude; NaN when there is a NaN or an infinity among the elements.
template <class T>
T largest_finite(MatrixView<const T> a) {
    T largest = 0, not_finite = 0;
    each_row(a.rows, a.columns, [&](std::ptrdiff_t i) {
        for (std::ptrdiff_t j = 0; j < a.columns; ++j) {
            const T x = a.data[i * a.row_stride + j * a.column_stride];
            largest = std::max(largest, std::abs(x));
            not_finite += x * 0;
        }
    });
    return not_finite == 0 ? largest : std::numeric_limits<T>::quiet_NaN();
}

/// The power of two that brings a finite magnitude to [1/2, 1); 0 for 0.
template <class T>
int exponent_to_one(T largest) {
    int exponent = 0;
    if (largest != 0) std::frexp(largest, &exponent);
    return -exponent;
}

/// to[i*stride + j] = a(i, j) 2^exponent, exactly; two factors, because 2^exponent itself may not be a number.
template <class T>
void copy_scaled(MatrixView<const T> a, int exponent, T* to, std::ptrdiff_t stride) {
    if (exponent == 0 && a.column_stride == 1) {
        each_row(a.rows, a.columns, [&](std::ptrdiff_t i) { std::copy_n(a.data + i * a.row_stride, a.columns, to + i * stride); });
        return;
    }
    const T first = std::ldexp(T(1), exponent / 2), second = std::ldexp(T(1), exponent - exponent / 2);
    const bool by_columns = std::abs(a.column_stride) > std::abs(a.row_stride);  // in the order of memory
    const std::ptrdiff_t outer = by_columns ? a.columns : a.rows, inner = by_columns ? a.rows : a.columns;
    each_row(outer, inner, [&](std::ptrdiff_t o) {
        for (std::ptrdiff_t k = 0; k < inner; ++k) {
            const std::ptrdiff_t i = by_columns ? k : o, j = by_columns ? o : k;
            to[i * stride + j] = a.data[i * a.row_stride + j * a.column_stride] * first * second;
        }
    });
}

}  // namespace mlmath
