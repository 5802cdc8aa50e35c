// SPDX-License-Identifier: BSD-3-Clause
// The samplers against their textbooks, on every level.

#include "kernels/random/draw/draw.hpp"
#include "kernels/random/samplers/categorical/categorical.hpp"
#include "kernels/random/samplers/categorical/categorical_textbook.hpp"
#include "kernels/random/samplers/categorical_rows/categorical_rows.hpp"
#include "kernels/random/samplers/categorical_rows/categorical_rows_textbook.hpp"
#include "kernels/random/samplers/sample/sample.hpp"
#include "kernels/random/samplers/sample/sample_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 5};

std::vector<double> probabilities(std::ptrdiff_t k) {
    Numbers numbers(static_cast<unsigned long long>(k));
    std::vector<double> p(static_cast<std::size_t>(k));
    for (double& x : p) {
        const double u = numbers.next();
        x = u < -0.6 ? 0.0 : u * u * u * u;
    }
    p[0] = 1;
    double sum = 0;
    for (double x : p) sum += x;
    for (double& x : p) x /= sum;
    return p;
}

}  // namespace

// The table built by two walking indices is the textbook's from the same shares.
MLMATH_TEST(random_alias_table_is_the_textbooks) {
    for (std::ptrdiff_t k : {1, 2, 3, 10, 257, 5000}) {
        const std::vector<double> p = probabilities(k);
        std::vector<AliasEntry> table(p.size());
        build_alias_table(p.data(), k, table.data());
        std::vector<Wide> share(p.size());
        for (std::size_t j = 0; j < p.size(); ++j) {
            share[j] += table[j].threshold;
            share[table[j].alias] += (Wide(1) << 64) - table[j].threshold;
        }
        Wide sum = 0;
        for (std::size_t j = 0; j < p.size(); ++j) {
            sum += share[j];
            MLMATH_CHECK(p[j] > 0 || share[j] == 0);
        }
        MLMATH_CHECK(sum == Wide(p.size()) << 64);
        const auto again = textbook::alias_table(share, Wide(1) << 64);
        for (std::size_t j = 0; j < p.size(); ++j)
            MLMATH_CHECK(again[j].threshold == table[j].threshold && again[j].alias == table[j].alias);
    }
}

MLMATH_TEST(random_categorical_is_the_textbooks) {
    for (std::ptrdiff_t k : {1, 3, 1000, 20000}) {  // the last one is far
        const std::vector<double> p = probabilities(k);
        std::vector<AliasEntry> table(p.size());
        build_alias_table(p.data(), k, table.data());
        constexpr std::ptrdiff_t n = 40000;
        std::vector<std::uint64_t> words(n);
        stream_words(key, 8000, words.data(), n);
        std::vector<std::int64_t> out(n), expected(n);
        std::vector<std::int32_t> narrow(n);
        for (std::size_t i = 0; i < words.size(); ++i)
            expected[i] = static_cast<std::int64_t>(textbook::categorical(words[i], table.data(), static_cast<std::uint64_t>(k)));
        for (int threads : {1, 3}) {
            draw(key, {8000, false}, out.data(), n, CategoricalLaw<std::int64_t>(table.data(), k), threads);
            MLMATH_CHECK(out == expected);
            draw(key, {8000, false}, narrow.data(), n, CategoricalLaw<std::int32_t>(table.data(), k), threads);
            MLMATH_CHECK(std::equal(narrow.begin(), narrow.end(), expected.begin()));
            categorical_of_words(table.data(), k, words.data(), n, out.data(), threads);
            MLMATH_CHECK(out == expected);
        }
    }
}

MLMATH_TEST(random_sample_is_the_textbooks) {
    struct Case {
        std::uint64_t population;
        std::ptrdiff_t count;
    };
    // A map, a table of 4-byte slots, one of 8-byte slots, many words that are refused.
    for (const Case c :
         {Case{2, 1}, Case{100, 50}, Case{5000000, 200}, Case{std::uint64_t(1) << 40, 300}, Case{std::uint64_t(3) << 61, 100}}) {
        std::vector<std::int64_t> out(static_cast<std::size_t>(c.count));
        sample(key, 8150, c.population, out.data(), c.count);
        MLMATH_CHECK(out == textbook::sample(key, 8150, c.population, out.size()));
    }
}

MLMATH_TEST(random_shuffled_front_is_the_textbooks) {
    for (std::uint64_t population : {1, 2, 17, 1000})
        for (std::size_t count :
             {std::size_t(1), static_cast<std::size_t>((population + 1) / 2), static_cast<std::size_t>(population)}) {
            std::vector<std::int64_t> out(count);
            shuffled_front(key, 8150, population, out.data(), static_cast<std::ptrdiff_t>(count));
            MLMATH_CHECK(out == textbook::shuffled_front(key, 8150, population, count));
        }
}

MLMATH_TEST(random_weighted_sample_is_the_textbooks) {
    for (std::ptrdiff_t n : {1, 7, 100, 3000}) {
        const std::vector<double> p = probabilities(n);
        const auto positive = std::count_if(p.begin(), p.end(), [](double x) { return x > 0; });
        for (std::ptrdiff_t count : {std::ptrdiff_t(1), (positive + 1) / 2, static_cast<std::ptrdiff_t>(positive)})
            for (int threads : {1, 3}) {
                std::vector<std::int64_t> out(static_cast<std::size_t>(count));
                weighted_sample(key, 8150, p.data(), n, out.data(), count, threads);
                MLMATH_CHECK(out == textbook::weighted_sample(key, 8150, p, out.size()));
            }
    }
}

MLMATH_TEST(random_categorical_rows_match_textbook) {
    Numbers numbers(3);
    for (std::ptrdiff_t k : {1, 5, 31, 32, 33, 200}) {
        constexpr std::ptrdiff_t rows = 40, samples = 30;
        std::vector<double> logits(static_cast<std::size_t>(rows * k));
        for (double& l : logits) l = 20 * numbers.next();
        std::vector<std::uint64_t> words(rows * samples);
        stream_words(key, 100, words.data(), rows * samples);
        words[0] = 0, words[1] = ~std::uint64_t(0);
        std::vector<std::int64_t> out(words.begin(), words.end());
        MLMATH_CHECK(categorical_rows(logits.data(), rows, k, samples, out.data(), 3).row == -1);
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto row = static_cast<std::ptrdiff_t>(i % rows);
            MLMATH_CHECK(out[i] == textbook::categorical_row(textbook::row_weights(logits.data() + row * k, k), words[i]));
        }
        logits[static_cast<std::size_t>(7 * k)] = std::nan("");
        out.assign(words.begin(), words.end());
        const BadRow bad = categorical_rows(logits.data(), rows, k, samples, out.data(), 3);
        MLMATH_CHECK(bad.row == 7 && bad.status == RowStatus::nan);
    }
}

}  // namespace mlmath::tests
