// SPDX-License-Identifier: BSD-3-Clause
// det, the definition by elimination: the product of the pivots, negative after an odd number of exchanges.
#pragma once
#include <vector>

#include "kernels/blas/copy/copy_textbook.hpp"
#include "kernels/factor/lu/lu_textbook.hpp"

namespace mlmath {

template <class T>
T det_textbook(MatrixView<const T> a) {
    const std::ptrdiff_t n = a.rows;
    std::vector<T> memory(static_cast<std::size_t>(n * n + 1));
    std::vector<int> pivots(static_cast<std::size_t>(n + 1));
    copy_textbook<T>(a, {memory.data(), n, n, n, 1});
    lu_textbook<T>({memory.data(), n, n, n, 1}, pivots.data());
    T product = 1;
    for (std::ptrdiff_t k = 0; k < n; ++k) product *= pivots[k] == k ? memory[k * n + k] : -memory[k * n + k];
    return product;
}

}  // namespace mlmath
