// SPDX-License-Identifier: BSD-3-Clause
// multinomial: conditional binomial numbers, a register of rows at a time. Compiled once per level.
#include "kernels/random/distributions/multinomial/multinomial_parts.hpp"

#include "kernels/random/distributions/binomial/binomial_transform.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Binomial numbers for one category of a register of rows.
MLMATH_INLINE vec_f64 successes(const StreamKey& key, vec_u64 place, std::uint64_t category, vec_f64 n, vec_f64 p) {
    const RarerTrials t(n, p);
    const mask<double> small = t.searched();
    vec_u64 x[4];
    extra_words(key, place, category << 32, domain_multinomial, x);
    vec_f64 k{};
    if (any(small)) k = t.search(small, x[0]);
    if (!all(small)) {
        const RarerTrials large(select<double>(small, broadcast(100.0), n), select<double>(small, broadcast(0.5), p));
        mask<double> open = ~small;
        for (std::uint64_t a = 0; any(open); ++a) {
            if (a % 2 == 0 && a > 0) extra_words(key, place, (category << 32) + a / 2, domain_multinomial, x);
            const BinomialCandidate c(large, a % 2 == 0 ? x[0] : x[2], a % 2 == 0 ? x[1] : x[3]);
            mask<double> accepted = c.accepted_at_once();
            if (any(open & ~accepted)) accepted |= c.accepted(large);
            k = select<double>(open & accepted, c.count(), k);
            open &= ~accepted;
        }
    }
    return select<double>(t.reflected, n - k, k);
}

void conditional(const StreamKey& key, std::uint64_t word, std::ptrdiff_t first, std::ptrdiff_t count,
                 const MultinomialCountRows& rows, std::int64_t* out) {
    constexpr int w = width<double>;
    const std::ptrdiff_t d = rows.categories;
    for (std::ptrdiff_t r = 0; r < count; r += w) {
        const int lanes = count - r < w ? static_cast<int>(count - r) : w;
        // Lanes beyond the last row repeat it.
        std::ptrdiff_t row[w];
        vec_f64 left;
        vec_u64 place;
        for (int l = 0; l < w; ++l) {
            row[l] = first + r + (l < lanes ? l : lanes - 1);
            left[l] = static_cast<double>(rows.n[row[l] * rows.n_stride]);
            place[l] = word + static_cast<std::uint64_t>(row[l]);
        }
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            vec_f64 k = left;
            if (j < d - 1 && any(left > 0.0)) {
                vec_f64 share;
                for (int l = 0; l < w; ++l) share[l] = rows.shares[row[l] * rows.share_stride + j];
                k = successes(key, place, static_cast<std::uint64_t>(j), left, share);
            }
            for (int l = 0; l < lanes; ++l) out[(r + l) * d + j] = static_cast<std::int64_t>(k[l]);
            left -= k;
        }
    }
}

}  // namespace

extern const MultinomialCountKernels multinomial_count_kernels;
const MultinomialCountKernels multinomial_count_kernels = {conditional};

}  // namespace mlmath::MLMATH_LEVEL
