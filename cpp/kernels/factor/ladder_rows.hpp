// SPDX-License-Identifier: BSD-3-Clause
// What the blocked rungs of cholesky and lu have in common: a row minus multiples of finished rows.
#pragma once
#include <cstddef>

namespace mlmath::ladder {

// Columns of a block. Constraint: a row stays in the first-level cache while all of a block is subtracted from it, and the block's
// own rows stay in the second; every block reads and writes what is left of the matrix once, and its own columns go one by one.
// Arithmetic: 32 rows of 1000 doubles are 256 KB. Decision: 32, in fours.
constexpr std::ptrdiff_t block_columns = 32;

// row -= sum_p factors[p] * (row p of `rows`), four rows at a time: an element is loaded and stored once for four products.
template <class T>
void subtract_rows(T* row, std::ptrdiff_t columns, const T* factors, std::ptrdiff_t count, const T* rows, std::ptrdiff_t stride) {
    std::ptrdiff_t p = 0;
    for (; p + 4 <= count; p += 4) {
        const T f0 = factors[p], f1 = factors[p + 1], f2 = factors[p + 2], f3 = factors[p + 3];
        const T *const r0 = rows + p * stride, *const r1 = r0 + stride, *const r2 = r1 + stride, *const r3 = r2 + stride;
        for (std::ptrdiff_t j = 0; j < columns; ++j) row[j] = row[j] - f0 * r0[j] - f1 * r1[j] - f2 * r2[j] - f3 * r3[j];
    }
    for (; p < count; ++p) {
        const T f = factors[p];
        const T* const r = rows + p * stride;
        for (std::ptrdiff_t j = 0; j < columns; ++j) row[j] -= f * r[j];
    }
}

}  // namespace mlmath::ladder
