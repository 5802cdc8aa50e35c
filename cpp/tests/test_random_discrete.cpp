// SPDX-License-Identifier: BSD-3-Clause
// Laws on counts against their textbooks, on every level.

#include "kernels/random/distributions/binomial/binomial.hpp"
#include "kernels/random/distributions/binomial/binomial_textbook.hpp"
#include "kernels/random/distributions/discrete_table/discrete_table.hpp"
#include "kernels/random/distributions/discrete_table/discrete_table_textbook.hpp"
#include "kernels/random/distributions/geometric/geometric.hpp"
#include "kernels/random/distributions/geometric/geometric_textbook.hpp"
#include "kernels/random/distributions/multinomial/multinomial.hpp"
#include "kernels/random/distributions/multinomial/multinomial_textbook.hpp"
#include "kernels/random/distributions/poisson/poisson.hpp"
#include "kernels/random/draw/draw.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 5};
constexpr std::ptrdiff_t elements = 2048;

std::vector<std::uint64_t> words_from(std::uint64_t position, std::ptrdiff_t n) {
    std::vector<std::uint64_t> words(static_cast<std::size_t>(n));
    stream_words(key, position, words.data(), n);
    return words;
}

// What the counts of a table get of the 2^64 words.
std::vector<std::uint64_t> words_of_counts(const DiscreteTable& table) {
    const std::size_t n = std::size_t(1) << table.bits;
    const std::uint64_t size = std::uint64_t(1) << (64 - table.bits), mask = n - 1;
    std::vector<std::uint64_t> got(n);
    for (std::size_t i = 0; i < n; ++i) {
        got[i] += table.cells[i] >> table.bits;
        got[table.cells[i] & mask] += size - (table.cells[i] >> table.bits);
    }
    return got;
}

// Elements of two words each through a law of arrays.
template <class Textbook>
void check_direct(const LawOfArrays& law, const std::vector<std::vector<double>>& parameters, Textbook textbook) {
    const auto words = words_from(0, 2 * elements);
    for (const auto& p : parameters) {
        std::vector<double> columns[2];
        const double* pointers[2];
        for (std::size_t k = 0; k < p.size(); ++k) {
            columns[k].assign(elements, p[k]);
            pointers[k] = columns[k].data();
        }
        std::vector<std::int64_t> counts(elements);
        for (std::ptrdiff_t u = 0; u < elements / 16; u += 32)
            law.convert(key, static_cast<std::uint64_t>(u), words.data() + u * 32, 32, counts.data() + u * 16, pointers);
        for (std::size_t i = 0; i < elements; ++i) {
            const std::size_t place = i / 16 * 32 + i % 16;
            MLMATH_CHECK(counts[i] == textbook(place, p, words[place], words[place + 16]));
        }
    }
}

}  // namespace

MLMATH_TEST(random_discrete_table_matches_textbook) {
    const auto words = words_from(100, elements);
    const struct {
        CountMethod method;
        double a, b;
    } laws[] = {{CountMethod::poisson, 0, 0},
                {CountMethod::poisson, 1e-300, 0},
                {CountMethod::poisson, 4, 0},
                {CountMethod::poisson, 100, 0},
                {CountMethod::poisson, 1e4, 0},
                {CountMethod::binomial, 100, 0.3},
                {CountMethod::binomial, 7, 1},
                {CountMethod::binomial, 0, 0.5},
                {CountMethod::binomial, 1e15, 1e-13},
                {CountMethod::binomial, 1, 0.5},
                {CountMethod::negative_binomial, 2.5, 0.1},
                {CountMethod::negative_binomial, 3, 1}};
    for (const auto& law : laws) {
        const auto table = table_of(law.method, law.a, law.b);
        MLMATH_CHECK(table != nullptr);
        if (table == nullptr) continue;
        // The weights that the table got are those from which the textbook makes the same table.
        const auto weights = words_of_counts(*table);
        const auto cells = textbook::alias_table(weights, table->bits);
        const std::uint64_t mask = (std::uint64_t(1) << table->bits) - 1;
        bool all = true;
        for (std::size_t i = 0; i < weights.size(); ++i) all = all && weights[i] != 0;
        std::uint64_t sum = 0;
        for (std::uint64_t w : weights) sum += w;
        MLMATH_CHECK(sum == 0);  // 2^64
        std::vector<std::int64_t> counts(elements);
        convert_by_table(words.data(), elements, counts.data(), *table);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (std::size_t(1) << table->bits == 2 && sum == 0 && (weights[0] == 0 || weights[1] == 0)) break;  // one count only
            MLMATH_CHECK((table->cells[i] & mask) == cells[i].alias && table->cells[i] >> table->bits == cells[i].threshold);
        }
        for (std::size_t i = 0; i < elements; ++i) {
            const std::uint64_t cell = words[i] >> (64 - table->bits), f = words[i] & (~std::uint64_t(0) >> table->bits);
            const std::uint64_t k = f < table->cells[cell] >> table->bits ? cell : table->cells[cell] & mask;
            MLMATH_CHECK(counts[i] == table->base + static_cast<std::int64_t>(k));
        }
    }
    MLMATH_CHECK(table_of(CountMethod::poisson, 1.0001e4, 0) == nullptr);
    MLMATH_CHECK(table_of(CountMethod::negative_binomial, 1, 1e-3) == nullptr);
}

MLMATH_TEST(random_poisson_matches_textbook) {
    check_direct(poisson_of_arrays(), {{0}, {1e-9}, {0.3}, {4}, {9.99}, {10}, {12.5}, {100}, {3e4}},
                 [](std::uint64_t place, const std::vector<double>& p, std::uint64_t w, std::uint64_t second) {
                     return textbook::poisson(key, place, p[0], w, second);
                 });
}

MLMATH_TEST(random_binomial_matches_textbook) {
    check_direct(
        binomial_of_arrays(),
        {{0, 0.3}, {1, 0.5}, {20, 0}, {20, 1}, {20, 0.4}, {100, 0.3}, {100, 0.9}, {1000, 0.99}, {1000, 0.995}, {1e5, 0.47}},
        [](std::uint64_t place, const std::vector<double>& p, std::uint64_t w, std::uint64_t second) {
            return textbook::binomial(key, place, p[0], p[1], w, second);
        });
}

MLMATH_TEST(random_geometric_matches_textbook) {
    auto words = words_from(0, elements);
    for (std::size_t e = 0; e < 64; ++e) words[2 * e] = std::uint64_t(1) << e, words[2 * e + 1] = ~words[2 * e];
    for (double p : {1.0, 1 - 0x1p-53, 0.9, 0.3, 0.01, 1e-9, 1e-300, 0x1p-1074}) {
        const std::vector<double> each(elements, p);
        const double* const parameters[1] = {each.data()};
        std::vector<std::int64_t> counts(elements);
        for (std::ptrdiff_t u = 0; u < elements / 16; u += 64)
            geometric_of_arrays().convert(key, 0, words.data() + u * 16, 64, counts.data() + u * 16, parameters);
        for (std::size_t i = 0; i < elements; ++i) {
            const std::int64_t expected = textbook::geometric(p, words[i]);
            // Beyond 2^44 the last digits are the logarithm's.
            const double apart = std::fabs(static_cast<double>(counts[i]) - static_cast<double>(expected));
            MLMATH_CHECK(apart <= 0x1p-44 * static_cast<double>(expected));
        }
    }
}

MLMATH_TEST(random_multinomial_matches_textbook) {
    const std::vector<double> p = {0.25, 0.125, 0, 0.0625, 0.5, 0.0625};
    const std::ptrdiff_t rows = 301, d = static_cast<std::ptrdiff_t>(p.size());
    for (std::int64_t n : {60, 10'000}) {
        std::vector<std::int64_t> out(static_cast<std::size_t>(rows * d));
        MultinomialCounts(&n, false, p.data(), false, rows, d).draw(key, 77, out.data(), 2);
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const auto row = textbook::multinomial(key, 77 + static_cast<std::uint64_t>(r), n, p);
            MLMATH_CHECK(same_bits(out.data() + r * d, row.data(), d));
        }
    }
    // Few trials: by table, one word each.
    const std::int64_t n = 11;
    std::vector<std::int64_t> out(static_cast<std::size_t>(rows * d));
    MultinomialCounts(&n, false, p.data(), false, rows, d).draw(key, 77, out.data(), 2);
    DiscreteTable table;
    MLMATH_CHECK(build_table(p.data(), d, table));
    const auto words = words_from(77, rows * n);
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        std::vector<std::int64_t> row(p.size());
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            std::uint64_t sixteen[16] = {words[static_cast<std::size_t>(r * n + i)]};
            std::int64_t category[16];
            convert_by_table(sixteen, 16, category, table);
            ++row[static_cast<std::size_t>(category[0])];
        }
        MLMATH_CHECK(same_bits(out.data() + r * d, row.data(), d));
    }
}

}  // namespace mlmath::tests
