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
    if (a.rows > 1 && (a.columns == 1 || std::abs(a.column_stride) > std::abs(a.row_stride))) a = transposed(a);  // along memory
    // Constraint: a maximum and a sum take four cycles each before the next can follow. Decision: eight of both under way.
    constexpr int ways = 8;
    T largest[ways] = {}, not_finite[ways] = {};
    each_row(a.rows, a.columns, [&](std::ptrdiff_t i) {
        const T* const row = a.data + i * a.row_stride;
        std::ptrdiff_t j = 0;
        if (a.column_stride == 1)
            for (; j + ways <= a.columns; j += ways)
                for (int l = 0; l < ways; ++l) {
                    const T e = std::abs(row[j + l]);
                    largest[l] = e > largest[l] ? e : largest[l];
                    not_finite[l] += e * 0;
                }
        for (; j < a.columns; ++j) {
            const T e = std::abs(row[j * a.column_stride]);
            largest[0] = std::max(largest[0], e);
            not_finite[0] += e * 0;
        }
    });
    for (int l = 1; l < ways; ++l) {
        largest[0] = std::max(largest[0], largest[l]);
        not_finite[0] += not_finite[l];
    }
    return not_finite[0] == 0 ? largest[0] : std::numeric_limits<T>::quiet_NaN();
}
/// The same of a's lower triangle.
template <class T>
T largest_finite_of_lower(MatrixView<const T> a) {
    T largest = 0, not_finite = 0;
    each_row(a.rows, a.columns, [&](std::ptrdiff_t i) {
        const T row = largest_finite(part_of(a, i, i + 1, 0, i + 1));
        largest = std::max(largest, row);  // leaves NaN out
        not_finite += row * 0;
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

/// x -> x 2^exponent, exactly, for many numbers: two factors, because 2^exponent itself may not be a number.
template <class T>
struct PowerOfTwo {
    T first, second;
    explicit PowerOfTwo(int exponent) : first(std::ldexp(T(1), exponent / 2)), second(std::ldexp(T(1), exponent - exponent / 2)) {}
    T operator()(T x) const { return x * first * second; }
};

/// x[i] <- x[i] 2^exponent; where the result is below the normal numbers, rounded once.
template <class T>
void scale_run(T* x, std::ptrdiff_t n, int exponent) {
    if (exponent == 0) return;
    for (std::ptrdiff_t i = 0; i < n; ++i) x[i] = std::ldexp(x[i], exponent);
}

/// to[i*stride + j] = a(i, j) 2^exponent, exactly.
template <class T>
void copy_scaled(MatrixView<const T> a, int exponent, T* to, std::ptrdiff_t stride) {
    if (exponent == 0 && a.column_stride == 1) {
        each_row(a.rows, a.columns, [&](std::ptrdiff_t i) { std::copy_n(a.data + i * a.row_stride, a.columns, to + i * stride); });
        return;
    }
    const PowerOfTwo<T> scaled(exponent);
    const bool by_columns = std::abs(a.column_stride) > std::abs(a.row_stride);  // in the order of memory
    const std::ptrdiff_t outer = by_columns ? a.columns : a.rows, inner = by_columns ? a.rows : a.columns;
    each_row(outer, inner, [&](std::ptrdiff_t o) {
        for (std::ptrdiff_t k = 0; k < inner; ++k) {
            const std::ptrdiff_t i = by_columns ? k : o, j = by_columns ? o : k;
            to[i * stride + j] = scaled(a.data[i * a.row_stride + j * a.column_stride]);
        }
    });
}

}  // namespace mlmath
