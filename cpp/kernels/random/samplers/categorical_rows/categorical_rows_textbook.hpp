// SPDX-License-Identifier: BSD-3-Clause
// categorical_rows, textbook: inverse of the distribution function of one row. Oracle of the tests: the same order of the sums,
// given the weights.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/random/samplers/categorical_rows/categorical_rows_parts.hpp"

namespace mlmath::textbook {

/// exp(l_j - max l), filled up with zeros to whole chunks.
template <class T>
std::vector<double> row_weights(const T* logits, std::ptrdiff_t n) {
    const double top = static_cast<double>(*std::max_element(logits, logits + n));
    std::vector<double> e(static_cast<std::size_t>((n + rows_chunk - 1) / rows_chunk * rows_chunk), 0.0);
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        const double x = static_cast<double>(logits[j]) - top;
        e[static_cast<std::size_t>(j)] = x < -700 ? 0.0 : std::exp(x);
    }
    return e;
}

/// The first outcome whose cumulative weight is above u times the whole.
inline std::int64_t categorical_row(const std::vector<double>& e, std::uint64_t word) {
    std::vector<double> sums;
    for (std::size_t first = 0; first < e.size(); first += rows_chunk) {
        double lane[rows_chunk];
        std::copy_n(e.begin() + static_cast<std::ptrdiff_t>(first), rows_chunk, lane);
        for (std::ptrdiff_t count = rows_chunk / 2; count >= 1; count /= 2)  // halves folded onto each other
            for (std::ptrdiff_t l = 0; l < count; ++l) lane[l] += lane[l + count];
        sums.push_back((sums.empty() ? 0.0 : sums.back()) + lane[0]);
    }
    const double target = static_cast<double>(word >> 11) * 0x1p-53 * sums.back();
    std::size_t chunk = 0;
    while (sums[chunk] <= target && sums[chunk] < sums.back()) ++chunk;
    double sum = chunk == 0 ? 0.0 : sums[chunk - 1];
    std::int64_t last = 0;
    for (std::size_t j = chunk * rows_chunk; j < (chunk + 1) * rows_chunk; ++j) {
        if (e[j] > 0) last = static_cast<std::int64_t>(j);
        sum += e[j];
        if (sum > target) break;
    }
    return last;
}

}  // namespace mlmath::textbook
