// SPDX-License-Identifier: BSD-3-Clause
// lu, the definition: eliminate below the diagonal, column after column, with partial pivoting.
#pragma once
#include <cmath>
#include <utility>

#include "core/view.hpp"

namespace mlmath {

/// In place. 0, or the number (from 1) of the first pivot that is zero.
template <class T>
std::ptrdiff_t lu_textbook(MatrixView<T> a, int* pivots) {
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) -> T& { return a.data[i * a.row_stride + j * a.column_stride]; };
    std::ptrdiff_t info = 0;
    for (std::ptrdiff_t k = 0; k < a.rows && k < a.columns; ++k) {
        std::ptrdiff_t pivot = k;
        for (std::ptrdiff_t i = k + 1; i < a.rows; ++i)
            if (std::abs(at(i, k)) > std::abs(at(pivot, k))) pivot = i;
        pivots[k] = static_cast<int>(pivot);
        for (std::ptrdiff_t j = 0; j < a.columns && pivot != k; ++j) std::swap(at(k, j), at(pivot, j));
        if (at(k, k) == T(0)) {
            if (info == 0) info = k + 1;
            continue;  // the whole column is zero: nothing to eliminate
        }
        for (std::ptrdiff_t i = k + 1; i < a.rows; ++i) {
            at(i, k) /= at(k, k);
            for (std::ptrdiff_t j = k + 1; j < a.columns; ++j) at(i, j) -= at(i, k) * at(k, j);
        }
    }
    return info;
}

}  // namespace mlmath
