// SPDX-License-Identifier: BSD-3-Clause
// selection, textbook: quickselect [Hoare1961]. Oracle of the tests; for elements without NaN.
#pragma once
#include <cstddef>
#include <utility>

namespace mlmath::textbook {

/// The element of the given rank among the n elements of x, which are reordered.
template <class T>
T select_rank(T* x, std::ptrdiff_t n, std::ptrdiff_t rank) {
    std::ptrdiff_t first = 0, last = n - 1;
    while (first < last) {
        const T pivot = x[first + (last - first) / 2];
        std::ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (x[i] < pivot) ++i;
            while (pivot < x[j]) --j;
            if (i <= j) std::swap(x[i++], x[j--]);
        }
        if (rank <= j)
            last = j;
        else if (rank >= i)
            first = i;
        else
            break;
    }
    return x[rank];
}

}  // namespace mlmath::textbook
