// SPDX-License-Identifier: BSD-3-Clause
// integers and bernoulli against their textbooks: every piece of 8 and 16 bits, crafted pieces of 32, 64 and 128, on every level.
#include "kernels/random/distributions/bernoulli/bernoulli.hpp"
#include "kernels/random/distributions/bernoulli/bernoulli_textbook.hpp"
#include "kernels/random/distributions/integers/integers.hpp"
#include "kernels/random/distributions/integers/integers_textbook.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/engines/xblock/xblock.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

using Words = std::vector<std::uint64_t>;
constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 5};
constexpr std::uint64_t first_unit = 77;

// All elements that the law makes of these words, tile by tile.
template <class T>
std::vector<T> converted(const Law& law, const Words& words) {
    const std::size_t unit_words = static_cast<std::size_t>(unit_steps(law.halves)) * 16, tile = 1024 / unit_words,
                      items = static_cast<std::size_t>(unit_elements(law.halves)),
                      per_item = static_cast<std::size_t>(law.item_bytes) / sizeof(T);
    const std::size_t units = words.size() / unit_words;
    std::vector<T> out(units * items * per_item);
    for (std::size_t u = 0; u < units; u += tile)
        law.convert(key, first_unit + u, words.data() + u * unit_words, static_cast<std::ptrdiff_t>(std::min(tile, units - u)),
                    out.data() + u * items * per_item);
    return out;
}

// The same by the textbook, from word number `first` of the stream on.
template <class T>
std::vector<T> by_textbook(const Words& words, std::uint64_t first, std::uint64_t low, std::uint64_t span) {
    const int bits = textbook::integer_bits(sizeof(T), span);
    std::vector<T> out;
    if (bits == 128) {
        for (std::size_t unit = 0; unit < words.size(); unit += 32)
            for (std::size_t j = unit; j < unit + 16; ++j)
                out.push_back(static_cast<T>(textbook::integer_of_pair(key, first + j, words[j], words[j + 16], low, span)));
        return out;
    }
    for (std::size_t i = 0; i < words.size(); ++i)
        for (int piece = 0; piece < 64 / bits; ++piece)
            out.push_back(static_cast<T>(
                textbook::integer(key, first + i, piece, textbook::piece_of(words[i], bits, piece), low, span, bits)));
    return out;
}

std::uint64_t any_word(Numbers& numbers) {
    return static_cast<std::uint64_t>((numbers.next() + 1) * 0x1p31) << 32 ^
           static_cast<std::uint64_t>((numbers.next() + 1) * 0x1p31);
}

// All pieces of `bits` bits, in order.
Words all_pieces(int bits) {
    Words words(std::max<std::size_t>(16, (std::size_t(1) << bits) * static_cast<std::size_t>(bits) / 64));
    for (std::size_t i = 0; i < words.size(); ++i)
        for (std::size_t piece = 0; piece < static_cast<std::size_t>(64 / bits); ++piece)
            words[i] |= (i * static_cast<std::size_t>(64 / bits) + piece) % (std::size_t(1) << bits)
                        << piece * static_cast<std::size_t>(bits);
    return words;
}

// Each value comes from equally many of all the pieces, and the kernel agrees with the textbook about each of them.
template <class T>
void check_all_pieces(std::uint64_t low, std::uint64_t span, int expected_bits) {
    const int bits = textbook::integer_bits(sizeof(T), span);
    MLMATH_CHECK(bits == expected_bits);
    const std::uint64_t pieces = std::uint64_t(1) << bits;
    const Words words = all_pieces(bits);
    const std::vector<T> drawn = converted<T>(IntegerLaw(sizeof(T), low, low + span - 1), words);
    MLMATH_CHECK(drawn == by_textbook<T>(words, 16 * first_unit, low, span));
    std::vector<std::uint64_t> counts(span);
    std::uint64_t rejected = 0;
    for (std::uint64_t x = 0; x < pieces; ++x) {
        const std::uint64_t value = static_cast<T>(drawn[x] - static_cast<T>(low));
        MLMATH_CHECK(value < span);
        if (x * span % pieces < pieces % span)
            ++rejected;
        else
            ++counts[value];
    }
    MLMATH_CHECK(rejected == pieces % span && 256 * rejected <= pieces);
    for (const std::uint64_t count : counts) MLMATH_CHECK(count == pieces / span);
}

// Pieces whose products leave little, rejected or hardly not, and the ends.
Words crafted(int bits, std::uint64_t span) {
    Numbers numbers(span | 1);
    Words words(2048);
    for (auto& word : words) {
        word = any_word(numbers);
        if (word % 4 == 0 || bits > 64) continue;
        for (int piece = 0; piece < 64 / bits; ++piece) {
            const auto value = textbook::uint128(any_word(numbers) % std::max<std::uint64_t>(span, 1));
            const auto x = static_cast<std::uint64_t>(((value << bits) + span - 1) / std::max<std::uint64_t>(span, 1));
            if (bits == 64)
                word = x;
            else
                word = (word & ~(((std::uint64_t(1) << bits) - 1) << piece * bits)) | x << piece * bits;
        }
    }
    words[0] = 0, words[1] = ~std::uint64_t(0), words[2] = 1, words[3] = ~std::uint64_t(1);
    return words;
}

template <class T>
void check_crafted(std::uint64_t low, std::uint64_t span, int expected_bits) {
    const int bits = textbook::integer_bits(sizeof(T), span);
    MLMATH_CHECK(bits == expected_bits);
    const Words words = crafted(bits, span);
    const std::uint64_t first = first_unit * static_cast<std::uint64_t>(bits == 128 ? 32 : 16);
    MLMATH_CHECK(converted<T>(IntegerLaw(sizeof(T), low, low + span - 1), words) == by_textbook<T>(words, first, low, span));
}

}  // namespace

MLMATH_TEST(random_integers_of_all_pieces) {
    for (std::uint64_t span : {1, 2, 3, 5, 17, 51, 64, 85, 128, 255, 256}) check_all_pieces<std::uint8_t>(0, span, 8);
    for (std::uint64_t span : {6, 7, 10, 100, 129, 200, 254}) check_all_pieces<std::uint8_t>(1, span, 16);
    check_all_pieces<std::uint8_t>(std::uint64_t(0) - 128, 256, 8);
    for (std::uint64_t span : {1, 3, 6, 7, 100, 257, 300, 771, 4096, 13107, 21845, 65535, 65536})
        check_all_pieces<std::uint16_t>(static_cast<std::uint64_t>(-5), span, 16);
}

MLMATH_TEST(random_integers_of_crafted_words) {
    constexpr auto power = [](int e) { return std::uint64_t(1) << e; };
    for (std::uint64_t span : {std::uint64_t(1000), std::uint64_t(40000), std::uint64_t(60000)})
        check_crafted<std::uint16_t>(9, span, 32);
    for (std::uint64_t span :
         {std::uint64_t(1), std::uint64_t(3), std::uint64_t(1000), power(25) + 1, power(31), power(32) - 5, power(32)}) {
        check_crafted<std::uint32_t>(std::uint64_t(0) - power(31), span, span == power(25) + 1 ? 64 : 32);
        check_crafted<std::uint64_t>(std::uint64_t(0) - power(40), span, span == power(25) + 1 ? 64 : 32);
    }
    for (std::uint64_t span : {power(31) + 1, 3 * power(30) - 1}) check_crafted<std::uint32_t>(17, span, 64);
    for (std::uint64_t span :
         {power(31) + 1, power(32) + 1, 3 * power(40), power(56), power(63) - 1, power(63), std::uint64_t(0) - 1, std::uint64_t(0)})
        check_crafted<std::uint64_t>(power(63), span, 64);
    for (std::uint64_t span : {3 * power(62), power(63) + 1, 5 * power(61) + 12345}) check_crafted<std::uint64_t>(3, span, 128);
}

// Two words whose product leaves r = 0 .. 15: x = r / span modulo 2^128. Those with r < 2^128 mod span are rejected.
MLMATH_TEST(random_integers_rejects_pairs) {
    const std::uint64_t span = (std::uint64_t(1) << 63) + 1, threshold = textbook::remainder_of_power(128, span);
    MLMATH_CHECK(threshold == 4);  // 2^63 = -1 modulo span, so 2^128 = 2^2
    textbook::uint128 inverse = span;
    for (int i = 0; i < 7; ++i) inverse *= 2 - span * inverse;  // Newton's method
    MLMATH_CHECK(static_cast<std::uint64_t>(span * inverse) == 1);
    Words words(32);
    for (std::size_t r = 0; r < 16; ++r) {
        const textbook::uint128 x = r * inverse;
        words[r] = static_cast<std::uint64_t>(x), words[r + 16] = static_cast<std::uint64_t>(x >> 64);
    }
    const auto drawn = converted<std::uint64_t>(IntegerLaw(8, 7, 7 + span - 1), words);
    MLMATH_CHECK(drawn == by_textbook<std::uint64_t>(words, 32 * first_unit, 7, span));
    for (std::size_t r = 0; r < 16; ++r) {
        const textbook::uint128 upper = textbook::uint128(words[r + 16]) * span,
                                lower = (textbook::uint128(words[r]) * span >> 64) + static_cast<std::uint64_t>(upper);
        const std::uint64_t shifted = 7 + static_cast<std::uint64_t>(upper >> 64) + static_cast<std::uint64_t>(lower >> 64);
        MLMATH_CHECK((drawn[r] == shifted) == (r >= threshold));
    }
}

MLMATH_TEST(random_integers_of_arrays) {
    Numbers numbers(3);
    std::vector<double> parameters[2];
    Words words(1024), low(1024), beyond(1024);
    for (std::size_t i = 0; i < words.size(); ++i) {
        low[i] = any_word(numbers);
        const std::uint64_t span = i % 5 == 0 ? 0 : i % 5 == 1 ? (std::uint64_t(1) << 63) + i : 1 + (any_word(numbers) >> (i % 64));
        beyond[i] = low[i] + span;
        const textbook::uint128 value = any_word(numbers) % std::max<std::uint64_t>(span, 1);
        words[i] = i % 3 == 0 || span == 0 ? any_word(numbers) : static_cast<std::uint64_t>(((value << 64) + span - 1) / span);
    }
    for (auto& p : parameters) p.resize(words.size());
    std::memcpy(parameters[0].data(), low.data(), 8 * low.size());
    std::memcpy(parameters[1].data(), beyond.data(), 8 * beyond.size());
    const double* pointers[2] = {parameters[0].data(), parameters[1].data()};
    std::vector<std::uint64_t> out(words.size());
    std::vector<std::uint16_t> shorts(words.size());
    integers_of_arrays(8).convert(key, first_unit, words.data(), 64, out.data(), pointers);
    integers_of_arrays(2).convert(key, first_unit, words.data(), 64, shorts.data(), pointers);
    for (std::size_t i = 0; i < words.size(); ++i) {
        MLMATH_CHECK(out[i] == textbook::integer(key, 16 * first_unit + i, 0, words[i], low[i], beyond[i] - low[i], 64));
        MLMATH_CHECK(shorts[i] == static_cast<std::uint16_t>(out[i]));
    }
}

// Draws from every place, for every number of threads, against the words of the stream.
MLMATH_TEST(random_integers_draws_match_textbook) {
    const std::uint64_t first = 3 * xblock_words_per_block;
    Words words(3 * xblock_words_per_block);
    xblock_words(key, first, words.data(), static_cast<std::ptrdiff_t>(words.size()), 1);
    const auto check = [&]<class T>(T, std::uint64_t span) {
        const IntegerLaw law(sizeof(T), 4, 4 + span - 1);
        const auto reference = by_textbook<T>(words, first, 4, span);
        const auto per_item = static_cast<std::size_t>(law.per_item());
        std::vector<T> out(reference.size() + 8);
        const std::size_t items = reference.size() / per_item;
        for (std::size_t start : {std::size_t(0), std::size_t(1), std::size_t(37), items / 3 - 1, items / 2})
            for (std::size_t n : {std::size_t(1), std::size_t(33), items / 3, items / 2}) {
                const StreamPosition place = advanced({first, false}, static_cast<std::ptrdiff_t>(start), law.halves);
                draw(key, place, out.data() + 1, static_cast<std::ptrdiff_t>(n), law, static_cast<int>(start % 3 + 1));
                MLMATH_CHECK(
                    same_bits(out.data() + 1, reference.data() + start * per_item, static_cast<std::ptrdiff_t>(n * per_item)));
            }
    };
    check(std::uint8_t(), 256), check(std::uint8_t(), 100), check(std::uint8_t(), 3);
    check(std::uint16_t(), 65536), check(std::uint16_t(), 300), check(std::uint16_t(), 1000);
    check(std::uint32_t(), 1000), check(std::uint32_t(), (std::uint64_t(1) << 31) + 1);
    check(std::uint64_t(), 1000), check(std::uint64_t(), 3 * (std::uint64_t(1) << 40)), check(std::uint64_t(), 0);
    check(std::uint64_t(), 3 * (std::uint64_t(1) << 62));
}

MLMATH_TEST(random_bernoulli_matches_textbook) {
    Numbers numbers(6);
    for (double p : {0.0, 1e-30, 0x1p-64, 3e-19, 1e-12, 0.3, 0.5, 2.0 / 3, 1 - 0x1p-53, 1.0}) {
        Words words(1024);
        const auto threshold = static_cast<std::uint64_t>(std::min(p, 0.9999999999999999) * 0x1p64);
        for (std::size_t i = 0; i < words.size(); ++i) {
            words[i] = any_word(numbers);
            const std::uint64_t tie = threshold >> 32;  // decided by extra words
            if (i % 4 == 1) words[i] = (words[i] & ~std::uint64_t(0xffffffffu)) | tie;
            if (i % 4 == 2) words[i] = (words[i] & 0xffffffffu) | tie << 32;
            if (i % 16 == 3) words[i] = (tie - 1) << 32 | ((tie + 1) & 0xffffffffu);
        }
        const auto bytes = converted<std::uint8_t>(BernoulliLaw<std::uint8_t>(p), words);
        const auto floats = converted<float>(BernoulliLaw<float>(p), words);
        const auto doubles = converted<double>(BernoulliLaw<double>(p), words);
        const std::vector<double> parameter(2 * words.size(), p);
        const double* pointers[1] = {parameter.data()};
        std::vector<std::uint8_t> each(bytes.size());
        bernoulli_of_arrays<std::uint8_t>().convert(key, first_unit, words.data(), 64, each.data(), pointers);
        MLMATH_CHECK(each == bytes);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const std::uint64_t word = words[i / 2];
            const bool expected = textbook::bernoulli(key, 16 * first_unit + i / 2, static_cast<int>(i % 2),
                                                      static_cast<std::uint32_t>(i % 2 == 0 ? word : word >> 32), p);
            MLMATH_CHECK(bytes[i] == expected && floats[i] == static_cast<float>(expected) &&
                         doubles[i] == static_cast<double>(expected));
        }
    }
}

}  // namespace mlmath::tests
