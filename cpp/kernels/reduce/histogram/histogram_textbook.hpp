// SPDX-License-Identifier: BSD-3-Clause
// histogram, textbook: every element is compared with every edge. Oracle of the tests.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath::textbook {

template <class T>
void histogram(const T* x, std::ptrdiff_t n, const double* edges, std::ptrdiff_t bins, std::int64_t* counts) {
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double value = static_cast<double>(x[i]);
        if (!(value >= edges[0] && value <= edges[bins])) continue;
        std::ptrdiff_t bin = 0;
        while (bin + 1 < bins && value >= edges[bin + 1]) ++bin;
        ++counts[bin];
    }
}

}  // namespace mlmath::textbook
