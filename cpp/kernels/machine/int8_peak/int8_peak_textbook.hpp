// SPDX-License-Identifier: BSD-3-Clause
// int8_peak, textbook: the entries that the chains end with, and their sum.
#pragma once
#include "kernels/machine/int8_peak/int8_peak_kernels.hpp"

namespace mlmath::textbook {

/// What kernel.run(rounds, a, b) must return. An entry is rounds times an inner product, modulo 2^32, between -2^31 and 2^31 - 1.
inline std::int64_t int8_peak_sum(const Int8PeakKernel& kernel, std::ptrdiff_t rounds, const std::int8_t* a,
                                  const std::uint8_t* b) {
    const int rows = kernel.rows, depth = 4 * rows;  // rows = 1: lane l with lane l alone
    std::int64_t sum = 0;
    for (int i = 0; i < kernel.a_blocks; ++i)
        for (int j = 0; j < kernel.b_blocks; ++j)
            for (int r = 0; r < rows; ++r)
                for (int l = 0; l < 16; ++l) {
                    std::int64_t entry = 0;
                    for (int p = 0; p < depth; ++p) {
                        const int a_at = rows == 1 ? 4 * l + p : 64 * r + p, b_at = 64 * (p / 4) + 4 * l + p % 4;
                        entry += a[64 * rows * i + a_at] * b[64 * rows * j + b_at];
                    }
                    sum += static_cast<std::int32_t>(static_cast<std::uint32_t>(entry * rounds));
                }
    return sum;
}

}  // namespace mlmath::textbook
