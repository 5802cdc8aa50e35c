// SPDX-License-Identifier: BSD-3-Clause
// The driver of all laws against its textbook: elements of 1, 2, 4 and 8 halves, from many places, over ends of blocks, with
// numbers and with arrays as parameters.

#include <algorithm>
#include <vector>

#include "kernels/random/distributions/beta/beta.hpp"
#include "kernels/random/distributions/gamma/gamma.hpp"
#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/distributions/uniform/uniform.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/draw/draw_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 2};

// Starts are multiples of the element's length, counted in halves of words.
template <class T>
void check_law(const Law& law) {
    const auto halves = static_cast<std::uint64_t>(law.halves), block = 2 * xblock_words_per_block;
    for (std::uint64_t start : {std::uint64_t(0), 3 * halves, 31 * halves, block - 5 * halves, 7 * block - halves})
        for (std::ptrdiff_t n : {0, 1, 16, 40}) {
            const StreamPosition at = {start / 2, start % 2 == 1};
            std::vector<T> expected(static_cast<std::size_t>(n)), drawn(expected), serial(expected);
            textbook::draw(key, at, expected.data(), n, law);
            draw(key, at, drawn.data(), n, law, 2);
            draw_serial(key, at, serial.data(), n, law);
            MLMATH_CHECK(same_bits(drawn.data(), expected.data(), n));
            MLMATH_CHECK(same_bits(serial.data(), expected.data(), n));
        }
}

// Element (i, j) of `rows` x 5 has parameters first[i] and second[j].
template <class T>
void check_arrays(const LawOfArrays& law) {
    constexpr std::ptrdiff_t rows = 9, columns = 5, n = rows * columns;
    double first[rows], second[columns], each[2][n];
    for (std::ptrdiff_t i = 0; i < rows; ++i) first[i] = 0.5 + static_cast<double>(i);
    for (std::ptrdiff_t j = 0; j < columns; ++j) second[j] = 20.0 + static_cast<double>(j);
    for (std::ptrdiff_t e = 0; e < n; ++e) each[0][e] = first[e / columns], each[1][e] = second[e % columns];
    const double* const parameters[] = {each[0], each[1]};
    BroadcastParameters broadcast;
    broadcast.dimensions = 2, broadcast.count = 2;
    broadcast.extents[0] = rows, broadcast.extents[1] = columns;
    broadcast.data[0] = first, broadcast.strides[0][0] = 1, broadcast.strides[0][1] = 0;
    broadcast.data[1] = second, broadcast.strides[1][0] = 0, broadcast.strides[1][1] = 1;
    const auto halves = static_cast<std::uint64_t>(law.halves);
    for (std::uint64_t start : {std::uint64_t(0), 13 * halves, 2 * xblock_words_per_block - 20 * halves}) {
        const StreamPosition at = {start / 2, start % 2 == 1};
        T expected[n], drawn[n];
        textbook::draw(key, at, expected, n, law, parameters);
        draw(key, at, drawn, n, law, broadcast, 2);
        MLMATH_CHECK(same_bits(drawn, expected, n));
    }
}

}  // namespace

MLMATH_TEST(random_draw_matches_textbook) {
    check_law<double>(UniformLaw<double>({-1, 3}));
    check_law<float>(UniformLaw<float>({0, 1}));
    check_law<double>(NormalLaw<double>({0, 1}));
    check_law<float>(NormalLaw<float>({2, 3}));
    check_law<double>(gamma_law<double>(2.5, 1));
    check_law<float>(gamma_law<float>(0.5, 2));
    check_law<double>(beta_law<double>(2, 3));
}

MLMATH_TEST(random_draw_of_arrays_matches_textbook) {
    check_arrays<double>(uniform_of_arrays<double>());
    check_arrays<float>(normal_of_arrays<float>());
    check_arrays<double>(gamma_of_arrays<double>());
    check_arrays<double>(beta_of_arrays<double>());
}

}  // namespace mlmath::tests
