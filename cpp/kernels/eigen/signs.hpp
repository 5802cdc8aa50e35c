// SPDX-License-Identifier: BSD-3-Clause
// The rule of signs for the drivers: in every vector the component of largest magnitude is positive, the first of them where
// several are. signs_simd.hpp is the same rule in registers.
#pragma once
#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "kernels/factor/stack_work.hpp"

namespace mlmath {

/// The sign of the first element of largest magnitude.
template <class T>
T largest_sign(const T* x, std::ptrdiff_t n, std::ptrdiff_t stride) {
    // Eight maxima and minima under way; which came first matters only where both ends are equal.
    T high[8] = {}, low[8] = {};
    std::ptrdiff_t i = 0;
    if (stride == 1)
        for (; i + 8 <= n; i += 8)
            for (int l = 0; l < 8; ++l) {
                high[l] = x[i + l] > high[l] ? x[i + l] : high[l];
                low[l] = x[i + l] < low[l] ? x[i + l] : low[l];
            }
    for (; i < n; ++i) {
        high[0] = std::max(high[0], x[i * stride]);
        low[0] = std::min(low[0], x[i * stride]);
    }
    const T highest = *std::max_element(high, high + 8), lowest = *std::min_element(low, low + 8);
    if (highest != -lowest) return highest > -lowest ? T(1) : T(-1);
    for (i = 0; i < n; ++i)
        if (std::abs(x[i * stride]) == highest) return x[i * stride] < 0 ? T(-1) : T(1);
    return 1;
}

/// signs[k]: of row k of x.
template <class T>
void row_signs(MatrixView<const T> x, T* signs, int threads) {
    over_rows(x.rows, x.columns, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        for (std::ptrdiff_t k = from; k < to; ++k) signs[k] = largest_sign(x.data + k * x.row_stride, x.columns, x.column_stride);
    });
}

/// Row k of x times signs[k].
template <class T>
void flip_rows(MatrixView<T> x, const T* signs, int threads) {
    if (std::abs(x.row_stride) < std::abs(x.column_stride)) {  // columns are adjacent rows in memory
        over_rows(x.columns, x.rows, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            for (std::ptrdiff_t j = from; j < to; ++j)
                for (std::ptrdiff_t k = 0; k < x.rows; ++k) x.data[k * x.row_stride + j * x.column_stride] *= signs[k];
        });
        return;
    }
    over_rows(x.rows, x.columns, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        for (std::ptrdiff_t k = from; k < to; ++k)
            for (std::ptrdiff_t j = 0; signs[k] < 0 && j < x.columns; ++j) {
                T& e = x.data[k * x.row_stride + j * x.column_stride];
                e = -e;
            }
    });
}

/// Columns by their own signs.
template <class T>
void choose_signs(MatrixView<T> x, int threads = 1) {
    // Constraint: a column of a row-major matrix is a cache line for each element: down one column after the other, 1000 x 1000
    // floats took 1.1 ms of the 2.3 that all of their eigenvectors took. Decision: 64 columns at once, whose extremes fill a few
    // registers.
    constexpr std::ptrdiff_t strip = 64;
    const bool by_rows = std::abs(x.column_stride) < std::abs(x.row_stride);
    const std::ptrdiff_t at_once = by_rows ? strip : 1, strips = (x.columns + at_once - 1) / at_once;
    parallel_for(strips, x.rows * x.columns >= 1 << 17 ? threads : 1, [&](std::ptrdiff_t s) {  // as over_rows()
        const std::ptrdiff_t first = s * at_once, count = std::min(at_once, x.columns - first);
        const auto turn = [&](auto step) {
            T extreme[2][strip] = {};
            T *const high = extreme[0], *const low = extreme[1];
            T* const columns = x.data + first * x.column_stride;
            const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) -> T& { return columns[i * x.row_stride + j * step]; };
            for (std::ptrdiff_t i = 0; i < x.rows; ++i)
                for (std::ptrdiff_t j = 0; j < count; ++j) {
                    high[j] = at(i, j) > high[j] ? at(i, j) : high[j];
                    low[j] = at(i, j) < low[j] ? at(i, j) : low[j];
                }
            T* const sign = high;
            for (std::ptrdiff_t j = 0; j < count; ++j) {
                std::ptrdiff_t i = 0;  // of equal ones the first decides
                while (high[j] == -low[j] && i + 1 < x.rows && std::abs(at(i, j)) != high[j]) ++i;
                sign[j] = (high[j] == -low[j] ? at(i, j) < 0 : high[j] < -low[j]) ? T(-1) : T(1);
            }
            for (std::ptrdiff_t i = 0; i < x.rows; ++i)
                for (std::ptrdiff_t j = 0; j < count; ++j) at(i, j) *= sign[j];
        };
        if (x.column_stride == 1)
            turn(std::integral_constant<std::ptrdiff_t, 1>());
        else
            turn(x.column_stride);
    });
}

/// Row k of x and of y by the sign of row k of x; the rows of either that have no partner by their own.
template <class T>
void canonical_rows(MatrixView<T> x, MatrixView<T> y, int threads) {
    std::vector<T> signs(static_cast<std::size_t>(std::max(x.rows, y.rows)));
    const std::ptrdiff_t both = std::min(x.rows, y.rows);
    row_signs(as_const(x), signs.data(), threads);
    flip_rows(x, signs.data(), threads);
    flip_rows(rows_of(y, 0, both), signs.data(), threads);
    if (y.rows == both) return;
    const MatrixView<T> rest = rows_of(y, both, y.rows);
    row_signs(as_const(rest), signs.data(), threads);
    flip_rows(rest, signs.data(), threads);
}

}  // namespace mlmath
