// SPDX-License-Identifier: BSD-3-Clause
// dirichlet, textbook: a row from its gammas, or from their logarithms. Oracle of the tests.
#pragma once
#include <cmath>
#include <cstddef>

namespace mlmath::textbook {

/// x_j = G_j / sum of G.
inline void dirichlet_of_gammas(double* row, std::ptrdiff_t k) {
    double sum = 0;
    for (std::ptrdiff_t j = 0; j < k; ++j) sum += row[j];
    for (std::ptrdiff_t j = 0; j < k; ++j) row[j] /= sum;
}

/// The same from ln G_j, the largest taken off first.
inline void dirichlet_of_logarithms(double* row, std::ptrdiff_t k) {
    double largest = row[0];
    for (std::ptrdiff_t j = 1; j < k; ++j) largest = row[j] > largest ? row[j] : largest;
    for (std::ptrdiff_t j = 0; j < k; ++j) row[j] = std::exp(row[j] - largest);
    dirichlet_of_gammas(row, k);
}

}  // namespace mlmath::textbook
