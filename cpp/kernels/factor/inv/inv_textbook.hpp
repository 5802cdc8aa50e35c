// SPDX-License-Identifier: BSD-3-Clause
// inv, the definition: the solution of A X = I.
#pragma once
#include "kernels/factor/solve/solve_textbook.hpp"

namespace mlmath {

/// 0, or the number (from 1) of the first pivot that is zero; x is then not written.
template <class T>
std::ptrdiff_t inv_textbook(MatrixView<const T> a, MatrixView<T> x) {
    const std::ptrdiff_t n = a.rows;
    std::vector<T> identity(static_cast<std::size_t>(n * n + 1));
    for (std::ptrdiff_t i = 0; i < n; ++i) identity[i * n + i] = 1;
    return solve_textbook<T>(a, {identity.data(), n, n, n, 1}, x);
}

}  // namespace mlmath
