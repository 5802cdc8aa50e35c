// SPDX-License-Identifier: BSD-3-Clause
// cholesky, the definition: row by row, each element from those before it.
#pragma once
#include <cmath>

#include "core/view.hpp"

namespace mlmath {

/// 0, or the order of the first leading minor that is not positive (or not a number); l is then finished up to there.
template <class T>
std::ptrdiff_t cholesky_textbook(MatrixView<const T> a, MatrixView<T> l) {
    const auto of_l = [&](std::ptrdiff_t i, std::ptrdiff_t j) -> T& { return l.data[i * l.row_stride + j * l.column_stride]; };
    for (std::ptrdiff_t i = 0; i < a.rows; ++i) {
        for (std::ptrdiff_t j = 0; j <= i; ++j) {
            T sum = a.data[i * a.row_stride + j * a.column_stride];
            for (std::ptrdiff_t p = 0; p < j; ++p) sum -= of_l(i, p) * of_l(j, p);
            if (j == i && !(sum > 0)) return i + 1;
            of_l(i, j) = j == i ? std::sqrt(sum) : sum / of_l(j, j);
        }
        for (std::ptrdiff_t j = i + 1; j < a.rows; ++j) of_l(i, j) = 0;
    }
    return 0;
}

}  // namespace mlmath
