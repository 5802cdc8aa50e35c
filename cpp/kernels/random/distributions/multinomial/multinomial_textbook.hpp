// SPDX-License-Identifier: BSD-3-Clause
// multinomial, textbook: one row by conditional binomial numbers. Oracle of the tests.
#pragma once
#include <vector>

#include "kernels/random/distributions/binomial/binomial_textbook.hpp"

namespace mlmath::textbook {

/// The row whose place is `place`; p sums to 1.
inline std::vector<std::int64_t> multinomial(const StreamKey& key, std::uint64_t place, std::int64_t n,
                                             const std::vector<double>& p) {
    std::vector<std::int64_t> counts(p.size());
    for (std::size_t j = 0; j + 1 < p.size(); ++j) {
        double rest = 0;
        for (std::size_t i = p.size(); i-- > j;) rest += p[i];
        counts[j] = binomial(static_cast<double>(n), rest > 0 ? p[j] / rest : 0, [&](std::uint64_t attempt, std::uint64_t* x) {
            std::uint64_t four[4];
            xblock_extra_words(key, place, (std::uint64_t(j) << 32) + attempt / 2, domain_multinomial, four);
            x[0] = four[attempt % 2 * 2], x[1] = four[attempt % 2 * 2 + 1];
        });
        n -= counts[j];
    }
    counts.back() = n;
    return counts;
}

}  // namespace mlmath::textbook
