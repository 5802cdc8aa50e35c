// SPDX-License-Identifier: BSD-3-Clause
// Random orders against the textbook, on every level: indices, items of every size, rows, few elements, doubtful dice.

#include "core/thread_pool.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/samplers/permutation/permutation.hpp"
#include "kernels/random/samplers/permutation/permutation_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 5};

std::vector<std::int64_t> textbook_order(std::uint64_t word, std::size_t n, int bits) {
    std::vector<std::int64_t> order;
    for (std::uint64_t i : textbook::permutation(key, word, n, bits)) order.push_back(static_cast<std::int64_t>(i));
    return order;
}

MLMATH_TEST(random_permutation_indices) {
    for (std::uint64_t word : {std::uint64_t(0), std::uint64_t(8185)})
        for (std::size_t n : {1u, 2u, 3u, 15u, 33u, 1000u, 2100u})
            for (int bits : {0, 1, 3, 9}) {
                const PermutationDraw draw = {key, word, bits};
                const auto expected = textbook_order(word, n, bits);
                for (int threads : {1, 2, 3}) {
                    std::vector<std::int64_t> out(n, -1);
                    permutation_indices(draw, out.data(), static_cast<std::ptrdiff_t>(n), threads);
                    MLMATH_CHECK(out == expected);
                }
            }
}

MLMATH_TEST(random_permutation_items) {
    const std::uint64_t word = 77;
    for (std::ptrdiff_t bytes : {1, 2, 3, 4, 8, 12, 16, 40, 200})
        for (std::ptrdiff_t n : {2, 31, 700, 1500})
            for (int bits : {0, 2, 6}) {
                const auto order = textbook_order(word, static_cast<std::size_t>(n), bits);
                std::vector<unsigned char> in(static_cast<std::size_t>(n * bytes)), expected, out(in.size());
                for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<unsigned char>(i * 37 + i / 251);
                for (std::int64_t i : order) expected.insert(expected.end(), in.begin() + i * bytes, in.begin() + (i + 1) * bytes);
                std::vector<std::uint64_t> words(static_cast<std::size_t>(n));
                stream_words(key, word, words.data(), n);
                const PermutationDraw draw = {key, word, bits};
                permutation_items(draw, in.data(), out.data(), n, bytes, 2);
                MLMATH_CHECK(out == expected);
                std::vector<unsigned char> same = in;
                permutation_items(draw, same.data(), same.data(), n, bytes, 3);
                MLMATH_CHECK(same == expected);
                if (bits != 0 || n > permutation_small) continue;
                same = in;
                permutation_small_items(draw, words.data(), same.data(), n, bytes);
                MLMATH_CHECK(same == expected);
            }
}

MLMATH_TEST(random_permutation_rows) {
    for (std::ptrdiff_t n : {2, 5, 100, 1025})
        for (std::ptrdiff_t rows : {1, 3, 400}) {
            if (n * rows > 50000) continue;
            std::vector<std::int32_t> data, expected;
            for (std::ptrdiff_t r = 0; r < rows; ++r) {
                const std::uint64_t word = 8000 + static_cast<std::uint64_t>(r) * permutation_words(n, 0);
                for (std::int64_t i : textbook_order(word, static_cast<std::size_t>(n), 0))
                    expected.push_back(static_cast<std::int32_t>(r * n + i));
            }
            data.clear();
            for (std::int32_t i = 0; i < rows * n; ++i) data.push_back(i);
            permutation_rows({key, 8000, 0}, data.data(), rows, n, 4, 2);
            MLMATH_CHECK(data == expected);
        }
}

// Large bounds: the die from 32 bits is in doubt for one in 2^32 / bound, here one in 7000.
MLMATH_TEST(random_permutation_doubtful_dice) {
    const std::ptrdiff_t n = 600000;
    std::vector<std::int64_t> expected(static_cast<std::size_t>(n)), out(expected.size());
    std::vector<std::uint64_t> words(static_cast<std::size_t>(n / 2));
    stream_words(key, 5, words.data(), n / 2);
    int doubtful = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const std::uint64_t bound = static_cast<std::uint64_t>(i) + 1, word = words[static_cast<std::size_t>(i / 2)],
                            h = i % 2 == 0 ? word & 0xffffffffu : word >> 32;
        const bool again = ((h * bound) & 0xffffffffu) < (std::uint64_t(1) << 32) % bound;
        doubtful += again ? 1 : 0;
        const std::uint64_t j = again ? textbook::die(key, 10 + static_cast<std::uint64_t>(i), bound) : h * bound >> 32;
        expected[static_cast<std::size_t>(i)] = i;
        std::swap(expected[static_cast<std::size_t>(i)], expected[j]);
    }
    MLMATH_CHECK(doubtful > 10);
    permutation_indices({key, 5, 0}, out.data(), n, 1);
    MLMATH_CHECK(out == expected);
}

}  // namespace
}  // namespace mlmath::tests
