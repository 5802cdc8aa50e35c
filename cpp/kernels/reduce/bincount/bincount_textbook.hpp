// SPDX-License-Identifier: BSD-3-Clause
// bincount, textbook: one counter per value. Oracle of the tests.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath::textbook {

template <class T>
void bincount(const T* x, std::ptrdiff_t n, std::int64_t* counts) {
    for (std::ptrdiff_t i = 0; i < n; ++i) ++counts[x[i]];
}

}  // namespace mlmath::textbook
