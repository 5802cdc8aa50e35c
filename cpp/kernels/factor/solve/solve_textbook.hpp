// SPDX-License-Identifier: BSD-3-Clause
// solve, the definition: elimination with partial pivoting, then substitution twice.
#pragma once
#include <utility>
#include <vector>

#include "kernels/blas/copy/copy_textbook.hpp"
#include "kernels/blas/trsm/trsm_textbook.hpp"
#include "kernels/factor/lu/lu_textbook.hpp"

namespace mlmath {

/// 0, or the number (from 1) of the first pivot that is zero; x is then not written.
template <class T>
std::ptrdiff_t solve_textbook(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> x) {
    const std::ptrdiff_t n = a.rows;
    std::vector<T> memory(static_cast<std::size_t>(n * n + 1));
    std::vector<int> pivots(static_cast<std::size_t>(n + 1));
    const MatrixView<T> lu{memory.data(), n, n, n, 1};
    copy_textbook(a, lu);
    if (const std::ptrdiff_t info = lu_textbook(lu, pivots.data()); info != 0) return info;
    copy_textbook(b, x);
    for (std::ptrdiff_t k = 0; k < n; ++k)
        for (std::ptrdiff_t j = 0; j < x.columns; ++j)
            std::swap(x.data[k * x.row_stride + j * x.column_stride], x.data[pivots[k] * x.row_stride + j * x.column_stride]);
    trsm_textbook<T>({as_const(lu), true, true}, x);
    trsm_textbook<T>({as_const(lu), false, false}, x);
    return 0;
}

}  // namespace mlmath
