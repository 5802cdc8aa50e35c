// SPDX-License-Identifier: BSD-3-Clause
// categorical_rows: one of k outcomes for every row of logits, by the inverse of the row's distribution function. Contract.
#pragma once
#include <cstdint>

#include "kernels/random/samplers/categorical_rows/categorical_rows_parts.hpp"

namespace mlmath {

/// A row that no distribution belongs to; row is -1 when there is none.
struct BadRow {
    std::ptrdiff_t row = -1;
    RowStatus status = RowStatus::fine;
};

/// in_out[s][r] = the outcome that the word in_out[s][r] selects from row r, P(j) = exp(l_rj) / sum_i exp(l_ri).
///
/// Definition  e_j = exp(l_j - max l) in double (0 below -700). The outcome is the first j whose cumulative sum of e is above
///             floor(w / 2^11) 2^-53 times the sum of all; sums are rounded in the order of categorical_rows_textbook.hpp.
/// Shapes      logits: rows x k, contiguous, k >= 1. in_out: samples x rows, contiguous.
/// Result      the same bits on every level and for any number of threads.
/// Error       probabilities within 2^-50 + k 2^-58 absolutely of those of the logits as given; -inf is never drawn.
/// Failure     the first row with NaN, +inf, or nothing but -inf; in_out is then left in part. Interrupted. std::bad_alloc.
/// Cost        an exponential per logit, one scan of k / 32 sums and of a chunk per draw.
template <class T>
BadRow categorical_rows(const T* logits, std::ptrdiff_t rows, std::ptrdiff_t k, std::ptrdiff_t samples, std::int64_t* in_out,
                        int threads);

}  // namespace mlmath
