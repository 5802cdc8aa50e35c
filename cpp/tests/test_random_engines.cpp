// SPDX-License-Identifier: BSD-3-Clause
// The counter-based engines against their textbooks: every bit, on every level; their streams against NumPy's order of draws.

#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/distributions/normal/normal_textbook.hpp"
#include "kernels/random/distributions/uniform/uniform.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/engines/counter_key.hpp"
#include "kernels/random/engines/philox/philox.hpp"
#include "kernels/random/engines/philox/philox_textbook.hpp"
#include "kernels/random/engines/threefry/threefry.hpp"
#include "kernels/random/engines/threefry/threefry_textbook.hpp"
#include "kernels/random/engines/word_stream.hpp"
#include "kernels/random/engines/xblock/xblock_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr std::uint64_t ones = ~std::uint64_t(0), middle_bit = std::uint64_t(1) << 62;
constexpr std::uint64_t engine_key[4] = {0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u};

void block(Engine engine, const std::uint64_t (&key)[4], std::uint64_t (&x)[4]) {
    if (engine == Engine::philox)
        textbook::philox4x64_10(key, x);
    else
        textbook::threefry4x64_20(key, x);
}

// Word p of a segment, p signed: by adding to the counter one at a time over all four words.
std::uint64_t word_of(const StreamKey& key, std::int64_t p) {
    std::uint64_t x[4] = {key.counter[0], key.counter[1], key.counter[2], key.counter[3]};
    const std::int64_t blocks = p >> 2;
    const auto distance = static_cast<std::uint64_t>(blocks < 0 ? -blocks : blocks);
    if (blocks >= 0) {
        x[0] += distance;
        bool carry = x[0] < distance;
        for (int i = 1; i < 4 && carry; ++i) carry = ++x[i] == 0;
    } else {
        bool borrow = x[0] < distance;
        x[0] -= distance;
        for (int i = 1; i < 4 && borrow; ++i) borrow = x[i]-- == 0;
    }
    block(key.engine, key.counter_key, x);
    return x[p & 3];
}

std::vector<std::uint64_t> textbook_words(const StreamKey& key, std::int64_t first, std::size_t count) {
    std::vector<std::uint64_t> words;
    for (std::size_t i = 0; i < count; ++i) words.push_back(word_of(key, first + static_cast<std::int64_t>(i)));
    return words;
}

const std::vector<StreamKey>& streams() {
    static const std::vector<StreamKey> all = [] {
        std::vector<StreamKey> keys;
        for (Engine engine : {Engine::philox, Engine::threefry}) {
            keys.push_back(counter_stream_key(engine, engine_key, {0, 0, 0, 0}));
            keys.push_back(counter_stream_key(engine, engine_key, {0, 3, 7, 1}));
            keys.push_back(counter_stream_key(engine, engine_key, {3 * middle_bit, ones, 0, ones}));
        }
        return keys;
    }();
    return all;
}

}  // namespace

// Random123, file kat_vectors, "philox4x64 10": counter, key, block.
MLMATH_TEST(random_philox_known_answers) {
    struct Case {
        std::uint64_t counter[4], key[4], expected[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0, 0, 0}, {0x16554d9eca36314cu, 0xdb20fe9d672d0fdcu, 0xd7e772cee186176bu, 0x7e68b68aec7ba23bu}},
        {{ones, ones, ones, ones},
         {ones, ones, 0, 0},
         {0x87b092c3013fe90bu, 0x438c3c67be8d0224u, 0x9cc7d7c69cd777b6u, 0xa09caebf594f0ba0u}},
        {{0x243f6a8885a308d3u, 0x13198a2e03707344u, 0xa4093822299f31d0u, 0x082efa98ec4e6c89u},
         {0x452821e638d01377u, 0xbe5466cf34e90c6cu, 0, 0},
         {0xa528f45403e61d95u, 0x38c72dbd566e9788u, 0xa5a1610e72fd18b5u, 0x57bd43b5e52b7fe6u}},
    };
    for (auto& c : cases) {
        textbook::philox4x64_10(c.key, c.counter);
        MLMATH_CHECK(same_bits(c.counter, c.expected, 4));
    }
}

MLMATH_TEST(random_counter_blocks_match_textbook) {
    for (Engine engine : {Engine::philox, Engine::threefry}) {
        for (std::ptrdiff_t steps : {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 64}) {
            const std::uint64_t counter[4] = {0xfffffff0u, ones - 1, 5, ones};
            std::vector<std::uint64_t> out(static_cast<std::size_t>(steps) * 16 + 1, 77), expected;
            (engine == Engine::philox ? philox_words : threefry_words)(engine_key, counter, steps, out.data());
            for (std::uint64_t b = 0; b < 4 * static_cast<std::uint64_t>(steps); ++b) {
                std::uint64_t x[4] = {counter[0] + b, counter[1], counter[2], counter[3]};
                block(engine, engine_key, x);
                expected.insert(expected.end(), x, x + 4);
            }
            expected.push_back(77);  // nothing behind
            MLMATH_CHECK(out == expected);
        }
    }
}

MLMATH_TEST(random_counter_words_over_the_middle_and_the_ends) {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    for (const StreamKey& key : streams()) {
        for (std::int64_t first : {std::int64_t(0), std::int64_t(5), std::int64_t(-8192 - 40), std::int64_t(1) << 40, least + 3}) {
            const auto expected = textbook_words(key, first, 20'000);
            std::vector<std::uint64_t> out(expected.size());
            stream_words(key, static_cast<std::uint64_t>(first), out.data(), static_cast<std::ptrdiff_t>(out.size()));
            MLMATH_CHECK(out == expected);
        }
        std::vector<std::uint64_t> out(300), expected = textbook_words(key, std::numeric_limits<std::int64_t>::max() - 99, 100);
        const auto start = textbook_words(key, least, 200);  // behind the segment's end stands its beginning
        expected.insert(expected.end(), start.begin(), start.end());
        stream_words(key, (std::uint64_t(1) << 63) - 100, out.data(), 300);
        MLMATH_CHECK(out == expected);
    }
}

MLMATH_TEST(random_counter_draws_do_not_depend_on_the_split) {
    for (const StreamKey& key : streams()) {
        const std::uint64_t first = std::uint64_t(0) - 8192 - 123;
        const std::ptrdiff_t n = 5 * 8192;
        const auto words = textbook_words(key, static_cast<std::int64_t>(first), static_cast<std::size_t>(n));
        std::vector<double> u(words.size()), whole(words.size()), parts(words.size());
        for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<double>(words[i] >> 11) * 0x1p-53;
        draw(key, {first, false}, whole.data(), n, UniformLaw<double>({0, 1}), 2);
        MLMATH_CHECK(whole == u);
        draw(key, {first, false}, whole.data(), n, NormalLaw<double>({0, 1}), 3);
        std::ptrdiff_t at = 0;
        for (std::ptrdiff_t piece : {1, 15, 16, 1000, 8191, 8192, 9000}) {
            draw(key, {first + static_cast<std::uint64_t>(at), false}, parts.data() + at, piece, NormalLaw<double>({0, 1}), 2);
            at += piece;
        }
        draw_serial(key, {first + static_cast<std::uint64_t>(at), false}, parts.data() + at, n - at, NormalLaw<double>({0, 1}));
        MLMATH_CHECK(parts == whole);
        const std::size_t unit = 16 - first % 16;  // the first whole unit
        for (std::size_t step = unit; step < unit + 3200; step += 16)
            for (std::size_t j = 0; j < 8; ++j) {
                const auto pair = textbook::normal_pair(words[step + j], words[step + 8 + j]);
                MLMATH_CHECK(whole[step + j] == pair.first && whole[step + 8 + j] == pair.second);
            }
    }
}

MLMATH_TEST(random_extra_words_are_the_streams_own) {
    // The contract's formula, and no two streams with the same key of the extra words.
    std::vector<std::vector<std::uint64_t>> keys;
    for (const StreamKey& key : streams()) {
        std::uint64_t text[4];
        std::memcpy(text, "mlmath_native: extra words' keys", 32);
        std::uint64_t k[4], x[4];
        std::copy(key.counter_key, key.counter_key + 4, k);
        std::copy(key.counter, key.counter + 4, x);
        textbook::threefry4x64_20(text, k);
        x[0] += key.engine == Engine::philox ? 1 : 2;
        textbook::threefry4x64_20(k, x);
        MLMATH_CHECK(same_bits(x, key.key, 4) && key.jump == 0);
        keys.emplace_back(key.key, key.key + 4);
    }
    for (std::size_t i = 0; i < keys.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) MLMATH_CHECK(keys[i] != keys[j]);
}

MLMATH_TEST(random_counter_stream_keeps_halves_as_numpy) {
    for (const StreamKey& key : streams()) {
        const auto words = textbook_words(key, -100, 1000);
        const auto low = [&](std::size_t i) { return static_cast<std::uint32_t>(words[i]); };
        const auto high = [&](std::size_t i) { return static_cast<std::uint32_t>(words[i] >> 32); };
        WordStream stream(key);
        stream.set(key, {std::uint64_t(0) - 100, false});
        for (std::size_t i = 0; i < 300; ++i) MLMATH_CHECK(stream.next_word() == words[i]);
        MLMATH_CHECK(stream.next_half() == low(300) && stream.next_word() == words[301]);
        MLMATH_CHECK(stream.next_half() == high(300) && stream.next_half() == low(302));
        // Elements of half a word go on inside the word before ...
        StreamPosition p = stream.reserve(3, 1, UnitUse::words);
        MLMATH_CHECK(p.word == 202 && p.half && stream.position().word == 204 && !stream.kept().valid);
        p = stream.reserve(1, 1, UnitUse::words);
        MLMATH_CHECK(p.word == 204 && !p.half && stream.kept().valid && stream.kept().value == high(304));
        // ... but not when whole words lie between; NumPy's methods take the kept half then too.
        p = stream.reserve(2, 2, UnitUse::words);
        MLMATH_CHECK(p.word == 205 && stream.kept().valid);
        p = stream.reserve(1, 1, UnitUse::words);
        MLMATH_CHECK(p.word == 207 && !p.half && stream.next_half() == high(307));
        stream.next_half();
        p = stream.reserve(3, 4, UnitUse::two_steps);
        // Elements of two steps begin a unit of 32 words; what follows them begins the next.
        MLMATH_CHECK(p.word == 224 && stream.position().word == 230 && stream.kept().valid && stream.next_half() == high(308));
        MLMATH_CHECK(stream.position().word == 256 && stream.next_half() == low(356));
        // A stored state goes on.
        WordStream other(key);
        other.set(key, stream.position(), stream.kept());
        MLMATH_CHECK(other.reserve(5, 1, UnitUse::words).half && other.position().word == stream.position().word + 2);
        MLMATH_CHECK(stream.next_half() == high(356) && stream.next_half() == low(357));
        std::vector<std::uint64_t> steps(600 * 16);
        for (std::uint64_t step : {std::uint64_t(0) - 520, std::uint64_t(0) - 3, std::uint64_t(7), std::uint64_t(2)}) {
            const auto expected = textbook_words(key, static_cast<std::int64_t>(step * 16), steps.size());
            stream.copy_steps(step, 600, steps.data());
            MLMATH_CHECK(steps == expected);
        }
        MLMATH_CHECK(stream.next_half() == high(357) && stream.next_word() == words[358]);
    }
}

}  // namespace mlmath::tests
