// SPDX-License-Identifier: BSD-3-Clause
// multivariate_normal, textbook: one row from its independent normals. Oracle of the tests (same bits).
#pragma once
#include <cmath>
#include <cstddef>

namespace mlmath::textbook {

/// x = mean + A z; a is row-major, d x d.
template <class T>
void correlate(const T* a, const T* mean, const T* z, std::ptrdiff_t d, T* x) {
    for (std::ptrdiff_t i = 0; i < d; ++i) {
        T sum = 0;
        for (std::ptrdiff_t k = 0; k < d; ++k) sum = std::fma(a[i * d + k], z[k], sum);
        x[i] = mean[i] + sum;
    }
}

}  // namespace mlmath::textbook
