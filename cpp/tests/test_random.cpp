// SPDX-License-Identifier: BSD-3-Clause
// The random stream and its laws against their textbooks: every bit, on every level.

#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/distributions/normal/normal_textbook.hpp"
#include "kernels/random/distributions/uniform/uniform.hpp"
#include "kernels/random/distributions/uniform/uniform_textbook.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/engines/word_stream.hpp"
#include "kernels/random/engines/xblock/xblock.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 5};

// Steps of words from the textbook: lanes run side by side, not each word from its seed.
std::vector<std::uint64_t> textbook_words(const StreamKey& k, std::uint64_t block, int blocks) {
    std::vector<std::uint64_t> words;
    for (int b = 0; b < blocks; ++b) {
        std::uint64_t s[xblock_lanes][4];
        for (std::uint64_t l = 0; l < xblock_lanes; ++l) {
            s[l][0] = (block + static_cast<std::uint64_t>(b)) & xblock_block_mask, s[l][1] = l, s[l][2] = k.jump,
            s[l][3] = domain_bulk;
            textbook::threefry4x64_20(k.key, s[l]);
        }
        for (int t = 0; t < xblock_steps; ++t)
            for (auto& lane : s) words.push_back(textbook::xoshiro256pp(lane));
    }
    return words;
}

std::vector<double> textbook_normals(const std::vector<std::uint64_t>& words) {
    std::vector<double> z(words.size());
    for (std::size_t step = 0; step < words.size(); step += 16)
        for (std::size_t j = 0; j < 8; ++j) {
            const auto pair = textbook::normal_pair(words[step + j], words[step + 8 + j]);
            z[step + j] = pair.first, z[step + 8 + j] = pair.second;
        }
    return z;
}

std::uint32_t half_of(const std::vector<std::uint64_t>& words, std::size_t i) {
    return static_cast<std::uint32_t>(i % 2 == 0 ? words[i / 2] : words[i / 2] >> 32);
}

std::vector<float> textbook_normals_f32(const StreamKey& k, std::uint64_t first_word, const std::vector<std::uint64_t>& words) {
    std::vector<float> z(2 * words.size());
    for (std::size_t step = 0; step < z.size(); step += 32)
        for (std::size_t j = 0; j < 16; ++j) {
            const std::uint32_t h = half_of(words, step + j);
            std::uint64_t extra[4] = {};
            if (h < normal_f32_tail) textbook::xblock_extra_words(k, first_word + (step + j) / 2, 1, domain_normal_f32_tail, extra);
            const auto pair =
                textbook::normal_pair(h, half_of(words, step + 16 + j), static_cast<std::uint32_t>(extra[j % 2] >> 32));
            z[step + j] = pair.first, z[step + 16 + j] = pair.second;
        }
    return z;
}

// What fill(out, position, n, threads) writes, for many parts of the reference, against it.
template <class T, class Fill>
void check_parts(const std::vector<T>& reference, Fill fill) {
    std::vector<T> buffer(reference.size() + 64);
    const std::size_t block = reference.size() / 3;
    const std::size_t starts[] = {0, 1, 7, 15, 16, 17, 33, 1024, block - 1, block, block + 5, 2 * block - 3};
    const std::size_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 40, 1023, 1024, 1100, block - 1, block, block + 3};
    for (std::size_t start : starts)
        for (std::size_t n : sizes) {
            if (start + n > reference.size()) continue;
            T* out = buffer.data() + start % 5;  // every alignment
            for (T& v : buffer) v = T(-77);
            fill(out, start, static_cast<std::ptrdiff_t>(n), start % 3 + 1);
            MLMATH_CHECK(same_bits(out, reference.data() + start, static_cast<std::ptrdiff_t>(n)));
            MLMATH_CHECK(out[n] == T(-77) && (out == buffer.data() || out[-1] == T(-77)));
        }
}

}  // namespace

// Known answers of Threefry4x64-20 [Salmon2011, file kat_vectors of Random123].
MLMATH_TEST(random_threefry_known_answers) {
    constexpr std::uint64_t ones = ~std::uint64_t(0);
    struct Case {
        std::uint64_t counter[4], key[4], expected[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0, 0, 0}, {0x09218ebde6c85537u, 0x55941f5266d86105u, 0x4bd25e16282434dcu, 0xee29ec846bd2e40bu}},
        {{ones, ones, ones, ones},
         {ones, ones, ones, ones},
         {0x29c24097942bba1bu, 0x0371bbfb0f6f4e11u, 0x3c231ffa33f83a1cu, 0xcd29113fde32d168u}},
        {{0x243f6a8885a308d3u, 0x13198a2e03707344u, 0xa4093822299f31d0u, 0x082efa98ec4e6c89u},
         {0x452821e638d01377u, 0xbe5466cf34e90c6cu, 0xbe5466cf34e90c6cu, 0xc0ac29b7c97c50ddu},
         {0xa7e8fde591651bd9u, 0xbaafd0c30138319bu, 0x84a5c1a729e685b9u, 0x901d406ccebc1ba4u}},
    };
    for (auto& c : cases) {
        textbook::threefry4x64_20(c.key, c.counter);
        MLMATH_CHECK(same_bits(c.counter, c.expected, 4));
    }
}

MLMATH_TEST(random_words_match_textbook) {
    const std::uint64_t block = 41, first = block * xblock_words_per_block;
    const auto words = textbook_words(key, block, 3);
    for (std::uint64_t i : {0, 1, 15, 16, 8191, 8192, 20000}) MLMATH_CHECK(textbook::xblock_word(key, first + i) == words[i]);
    check_parts(words, [&](std::uint64_t* out, std::size_t start, std::ptrdiff_t n, std::size_t threads) {
        xblock_words(key, first + start, out, n, static_cast<int>(threads));
    });
    // Over the end of the stream to its beginning.
    const auto last = textbook_words(key, xblock_block_mask, 2);
    std::vector<std::uint64_t> out(last.size());
    xblock_words(key, std::uint64_t(0) - xblock_words_per_block, out.data(), static_cast<std::ptrdiff_t>(out.size()), 2);
    MLMATH_CHECK(out == last);
}

MLMATH_TEST(random_stream_reads_the_same_words) {
    const std::uint64_t block = 7, first = block * xblock_words_per_block;
    const auto words = textbook_words(key, block, 3);
    WordStream stream(key);
    stream.set(key, {first + 3, false});
    for (std::size_t i = 3; i < 9000; ++i) MLMATH_CHECK(stream.next_word() == words[i]);
    // Halves, then a whole word leaves the half behind.
    MLMATH_CHECK(stream.next_half() == static_cast<std::uint32_t>(words[9000]));
    MLMATH_CHECK(stream.next_half() == static_cast<std::uint32_t>(words[9000] >> 32));
    MLMATH_CHECK(stream.next_half() == static_cast<std::uint32_t>(words[9001]));
    MLMATH_CHECK(stream.next_word() == words[9002]);
    // Reservations.
    StreamPosition p = stream.reserve(3, 1, UnitUse::words);
    MLMATH_CHECK(p.word == first + 9003 && !p.half && stream.position().word == first + 9004 && stream.position().half);
    p = stream.reserve(5, 1, UnitUse::words);
    MLMATH_CHECK(p.word == first + 9004 && p.half && stream.position().word == first + 9007 && !stream.position().half);
    stream.next_half();
    p = stream.reserve(10, 2, UnitUse::words);
    MLMATH_CHECK(p.word == first + 9008 && !p.half && stream.position().word == first + 9018);
    // Runs of steps, forwards, again, backwards, over a block's end.
    std::vector<std::uint64_t> steps(600 * 16);
    for (int at : {500, 511, 505, 512, 100, 101, 103, 102}) {
        for (int n : {1, 2, 9, 600}) {
            stream.copy_steps(first / 16 + static_cast<std::uint64_t>(at), n, steps.data());
            MLMATH_CHECK(same_bits(steps.data(), words.data() + at * 16, n * 16));
        }
    }
    MLMATH_CHECK(stream.next_word() == words[9018]);
}

MLMATH_TEST(random_uniform_matches_textbook) {
    const std::uint64_t block = 3, first = block * xblock_words_per_block;
    const auto words = textbook_words(key, block, 3);
    std::vector<double> u(words.size());
    std::vector<float> f(2 * words.size());
    for (std::size_t i = 0; i < u.size(); ++i) u[i] = static_cast<double>(words[i] >> 11) * 0x1p-53;
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = static_cast<float>(half_of(words, i) >> 8) * 0x1p-24f;
    for (std::uint64_t i : {0, 77, 9001}) {
        MLMATH_CHECK(textbook::unit_f64(key, first + i) == u[i]);
        MLMATH_CHECK(textbook::unit_f32(key, 2 * first + i) == f[i]);
    }
    check_parts(u, [&](double* out, std::size_t start, std::ptrdiff_t n, std::size_t threads) {
        draw(key, {first + start, false}, out, n, UniformLaw<double>({0, 1}), static_cast<int>(threads));
    });
    check_parts(f, [&](float* out, std::size_t start, std::ptrdiff_t n, std::size_t threads) {
        draw(key, {first + start / 2, start % 2 == 1}, out, n, UniformLaw<float>({0, 1}), static_cast<int>(threads));
    });
    for (double& v : u) v = textbook::uniform(v, -3.0, 7.7);
    check_parts(u, [&](double* out, std::size_t start, std::ptrdiff_t n, std::size_t threads) {
        draw(key, {first + start, false}, out, n, UniformLaw<double>({-3, 7.7}), static_cast<int>(threads));
    });
}

MLMATH_TEST(random_normal_matches_textbook) {
    const std::uint64_t block = 2, first = block * xblock_words_per_block;
    const auto words = textbook_words(key, block, 3);
    const auto z = textbook_normals(words);
    const auto f = textbook_normals_f32(key, first, words);
    check_parts(z, [&](double* out, std::size_t start, std::ptrdiff_t n, std::size_t threads) {
        draw(key, {first + start, false}, out, n, NormalLaw<double>({0, 1}), static_cast<int>(threads));
    });
    check_parts(f, [&](float* out, std::size_t start, std::ptrdiff_t n, std::size_t threads) {
        draw(key, {first + start / 2, start % 2 == 1}, out, n, NormalLaw<float>({0, 1}), static_cast<int>(threads));
    });
}

// Words that real streams hardly ever hold: the ends of both uniforms, every exponent, float's tail.
MLMATH_TEST(random_normal_of_crafted_words) {
    std::vector<std::uint64_t> words;
    Numbers numbers(4);
    const auto bits = [&] { return static_cast<std::uint64_t>((numbers.next() + 1) * 0x1p62) << 1; };
    for (int e = 0; e < 64; ++e)
        for (std::uint64_t w :
             {std::uint64_t(1) << e, ~(std::uint64_t(1) << e), (std::uint64_t(2) << e) - 1, ~((std::uint64_t(2) << e) - 1)})
            words.push_back(w);
    for (int i = 0; i < 256; ++i) words.push_back(bits() >> (i % 64));
    for (int i = 0; i < 256; ++i) words.push_back(bits() & 0x000003ff000003ffu);
    const auto z = textbook_normals(words);
    const auto f = textbook_normals_f32(key, 160, words);
    std::vector<double> zs(z.size());
    std::vector<float> fs(f.size());
    NormalLaw<double>({0, 1}).convert(key, 10, words.data(), static_cast<std::ptrdiff_t>(words.size() / 16), zs.data());
    NormalLaw<float>({0, 1}).convert(key, 10, words.data(), static_cast<std::ptrdiff_t>(words.size() / 16), fs.data());
    MLMATH_CHECK(zs == z);
    MLMATH_CHECK(fs == f);
    for (double v : zs) MLMATH_CHECK(v != 0 && std::fabs(v) < 9.4926);
    for (float v : fs) MLMATH_CHECK(v != 0 && std::fabs(v) < 9.42f);
}

// Beyond the caches: non-temporal stores, at every alignment of a line.
MLMATH_TEST(random_streaming_stores_write_the_same) {
    const std::ptrdiff_t n = 5'000'003;
    std::vector<double> a(n + 8), b(n + 8);
    for (int offset : {0, 3}) {
        draw(key, {11, false}, a.data() + offset, n, UniformLaw<double>({0, 1}), 2);
        for (std::ptrdiff_t i = 0; i < n; i += 100'000)
            draw(key, {11 + static_cast<std::uint64_t>(i), false}, b.data() + offset + i, std::min<std::ptrdiff_t>(100'000, n - i),
                 UniformLaw<double>({0, 1}), 1);
        MLMATH_CHECK(same_bits(a.data() + offset, b.data() + offset, n));
    }
}

}  // namespace mlmath::tests
