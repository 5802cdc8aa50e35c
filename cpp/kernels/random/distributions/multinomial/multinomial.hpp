// SPDX-License-Identifier: BSD-3-Clause
// multinomial: how many of n trials fall into each category. Contract.
#pragma once
#include "kernels/random/distributions/multinomial/multinomial_parts.hpp"

namespace mlmath {

/// out[r, j] = the number of n trials of row r that fall into category j: n! prod_j p_j^k_j / k_j!.
///
/// Definition  One n and one row of p, n at most 8 d and d at most 2048 categories: trial i of row r is a category by table (one
///             word, discrete_table.hpp), words r n + i from the start. Otherwise a row takes one word of the stream, its place:
///             category j gets a binomial number of the trials left, with probability p_j / (p_j + ... + p_{d-1}), the last what
///             is left. Binomial numbers are made as in binomial.hpp's direct methods, attempt a from the extra words 2 (a mod 2),
///             2 (a mod 2) + 1 of Threefry4x64-20(key, (place, 2^32 j + floor(a / 2), jump, domain_multinomial)). The last p is
///             taken for 1 minus the sum of the others, as in NumPy.
/// Range       0 <= n < 2^53; p >= 0, sum of all but the last at most 1 (up to rounding: cut there).
/// Result      the same bits on every level and for any number of threads and split.
/// Error       of the probabilities: as of the table and of the binomial law.
/// Cost        about 2 ns a trial (table), or 15 ns a category.
/// Failure     Interrupted.
class MultinomialCounts {
public:
    /// n and p: one for all rows, or one (row) each.
    MultinomialCounts(const std::int64_t* n, bool n_varies, const double* p, bool p_varies, std::ptrdiff_t rows,
                      std::ptrdiff_t categories);

    /// Words of the stream that all rows take together.
    std::uint64_t words() const;
    /// `word` is the first of them. out: rows times categories, contiguous.
    void draw(const StreamKey& key, std::uint64_t word, std::int64_t* out, int threads) const;

private:
    const std::int64_t* n_;
    const double* p_;
    bool n_varies_, p_varies_, by_table_;
    std::ptrdiff_t rows_, categories_;
};

}  // namespace mlmath
