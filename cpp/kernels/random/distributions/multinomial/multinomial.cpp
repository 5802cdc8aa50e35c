// SPDX-License-Identifier: BSD-3-Clause
// multinomial: choice of the method, rows in chunks, dispatch.
#include "kernels/random/distributions/multinomial/multinomial.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/thread_pool.hpp"
#include "kernels/random/distributions/discrete_table/discrete_table.hpp"
#include "kernels/random/draw/draw.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(MultinomialCountKernels, multinomial_count_kernels);

namespace {

// p with the last for 1 minus the others.
void completed(const double* p, std::ptrdiff_t d, double* to) {
    double rest = 1, lost = 0;  // summed with compensation
    for (std::ptrdiff_t j = 0; j < d - 1; ++j) {
        to[j] = p[j];
        const double y = -p[j] - lost, t = rest + y;
        lost = (t - rest) - y, rest = t;
    }
    to[d - 1] = std::max(rest, 0.0);
}

// Of what is left before category j, the share of j. Summed from the end: nothing cancels, and no share exceeds 1.
void shares_of(double* p, std::ptrdiff_t d) {
    double rest = 0;
    for (std::ptrdiff_t j = d - 1; j >= 0; --j) {
        rest += p[j];
        p[j] = rest > 0 ? p[j] / rest : 0;
    }
}

// Constraint: a trial by table costs about 2 ns, a category by a binomial number about 15. Decision: trials up to 8 a category.
constexpr std::int64_t trials_per_category = 8;

}  // namespace

MultinomialCounts::MultinomialCounts(const std::int64_t* n, bool n_varies, const double* p, bool p_varies, std::ptrdiff_t rows,
                                     std::ptrdiff_t categories)
    : n_(n),
      p_(p),
      n_varies_(n_varies),
      p_varies_(p_varies),
      by_table_(!n_varies && !p_varies && categories <= discrete_table_max_cells && rows > 0 &&
                *n <= trials_per_category * categories),
      rows_(rows),
      categories_(categories) {}

std::uint64_t MultinomialCounts::words() const {
    return static_cast<std::uint64_t>(rows_) * (by_table_ ? static_cast<std::uint64_t>(*n_) : 1);
}

void MultinomialCounts::draw(const StreamKey& key, std::uint64_t word, std::int64_t* out, int threads) const {
    const std::ptrdiff_t d = categories_, sets = p_varies_ ? rows_ : 1;
    if (rows_ == 0) return;
    std::vector<double> p(static_cast<std::size_t>(sets * d));
    for (std::ptrdiff_t s = 0; s < sets; ++s) completed(p_ + s * d, d, p.data() + s * d);
    // Constraint: waking a thread costs 2 us, and finding a place inside a block 1 us. Decision: chunks of about 8192 trials or
    // 1024 categories.
    if (by_table_) {
        const auto table = std::make_shared<DiscreteTable>();
        build_table(p.data(), d, *table);
        const CountLaw law(table, nullptr, nullptr);
        const std::ptrdiff_t n = *n_, chunk = std::max<std::ptrdiff_t>(1, 8192 / std::max<std::ptrdiff_t>(n, 1));
        parallel_for((rows_ + chunk - 1) / chunk, threads, [&](std::ptrdiff_t c) {
            constexpr std::ptrdiff_t most = 1024;
            std::int64_t trials[most];
            const std::ptrdiff_t until = std::min(rows_, (c + 1) * chunk) * n;
            std::ptrdiff_t at = c * chunk * n, left = n;
            std::int64_t* row = out + c * chunk * d;
            std::fill(row, out + std::min(rows_, (c + 1) * chunk) * d, 0);
            while (at < until) {
                const std::ptrdiff_t taken = std::min(most, until - at);
                draw_serial(key, {word + static_cast<std::uint64_t>(at), false}, trials, taken, law);
                for (std::ptrdiff_t i = 0; i < taken; ++i) {
                    if (left == 0) row += d, left = n;
                    ++row[trials[i]], --left;
                }
                at += taken;
            }
        });
        return;
    }
    for (std::ptrdiff_t s = 0; s < sets; ++s) shares_of(p.data() + s * d, d);
    const MultinomialCountRows rows = {d, n_, n_varies_ ? 1 : 0, p.data(), p_varies_ ? d : 0};
    const MultinomialCountKernels& kernels = active(multinomial_count_kernels_by_level);
    const std::ptrdiff_t chunk = std::max<std::ptrdiff_t>(1, 1024 / (8 * d)) * 8;
    parallel_for((rows_ + chunk - 1) / chunk, threads, [&](std::ptrdiff_t c) {
        const std::ptrdiff_t first = c * chunk;
        kernels.conditional(key, word, first, std::min(chunk, rows_ - first), rows, out + first * d);
    });
}

}  // namespace mlmath
