// SPDX-License-Identifier: BSD-3-Clause
// categorical, the ladder.
#include "kernels/random/samplers/categorical/categorical_ladder.hpp"

#include <algorithm>
#include <vector>

#include "core/thread_pool.hpp"
#include "kernels/random/samplers/categorical/categorical.hpp"
#include "kernels/random/samplers/categorical/categorical_textbook.hpp"

namespace mlmath::ladder {
namespace {

std::ptrdiff_t last_possible(const double* p, std::ptrdiff_t k) {
    while (k > 1 && p[k - 1] == 0) --k;
    return k - 1;
}

std::vector<double> cumulative(const double* p, std::ptrdiff_t k) {
    std::vector<double> sums(static_cast<std::size_t>(k));
    double sum = 0;
    for (std::ptrdiff_t j = 0; j < k; ++j) sums[static_cast<std::size_t>(j)] = sum += p[j];
    return sums;
}

std::uint64_t word_of(double u) { return static_cast<std::uint64_t>(u * 0x1p64); }

}  // namespace

void categorical_textbook(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int) {
    double whole = 0;
    for (std::ptrdiff_t j = 0; j < k; ++j) whole += p[j];
    const std::ptrdiff_t last = last_possible(p, k);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        double sum = p[0];
        std::ptrdiff_t j = 0;
        while (j < last && sum <= u[i] * whole) sum += p[++j];
        out[i] = static_cast<std::int32_t>(j);
    }
}

void categorical_search(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int) {
    const std::vector<double> sums = cumulative(p, k);
    const auto last = sums.begin() + last_possible(p, k);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        out[i] = static_cast<std::int32_t>(std::upper_bound(sums.begin(), last, u[i] * sums.back()) - sums.begin());
}

void categorical_guide(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int) {
    const std::vector<double> sums = cumulative(p, k);
    const double whole = sums.back(), cells = static_cast<double>(k);
    const std::ptrdiff_t last = last_possible(p, k);
    std::vector<std::int32_t> guide(static_cast<std::size_t>(k));  // where the search for cell c begins
    std::ptrdiff_t j = 0;
    for (std::ptrdiff_t c = 0; c < k; ++c) {
        while (j < last && sums[static_cast<std::size_t>(j)] <= static_cast<double>(c) / cells * whole) ++j;
        guide[static_cast<std::size_t>(c)] = static_cast<std::int32_t>(j);
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double target = u[i] * whole;
        j = guide[std::min(static_cast<std::size_t>(u[i] * cells), guide.size() - 1)];
        while (j > 0 && sums[static_cast<std::size_t>(j - 1)] > target) --j;  // a cell's end was rounded up
        while (j < last && sums[static_cast<std::size_t>(j)] <= target) ++j;
        out[i] = static_cast<std::int32_t>(j);
    }
}

void categorical_alias(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int) {
    std::vector<AliasEntry> table(static_cast<std::size_t>(k));
    build_alias_table(p, k, table.data());
    for (std::ptrdiff_t i = 0; i < n; ++i)
        out[i] = static_cast<std::int32_t>(textbook::categorical(word_of(u[i]), table.data(), static_cast<std::uint64_t>(k)));
}

void categorical_threaded(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int threads) {
    std::vector<AliasEntry> table(static_cast<std::size_t>(k));
    build_alias_table(p, k, table.data());
    constexpr std::ptrdiff_t tile = 1024, chunk = 16 * tile;
    parallel_for((n + chunk - 1) / chunk, threads, [&](std::ptrdiff_t c) {
        std::uint64_t words[tile];
        for (std::ptrdiff_t first = c * chunk; first < std::min((c + 1) * chunk, n); first += tile) {
            const std::ptrdiff_t count = std::min(tile, n - first);
            for (std::ptrdiff_t i = 0; i < count; ++i) words[i] = word_of(u[first + i]);
            categorical_of_words(table.data(), k, words, count, out + first, 1);
        }
    });
}

}  // namespace mlmath::ladder
