// SPDX-License-Identifier: BSD-3-Clause
// multivariate_normal against its textbook: every bit, on every level, for orders around the register groups.
#include <algorithm>

#include "core/thread_pool.hpp"
#include "kernels/random/distributions/multivariate_normal/multivariate_normal.hpp"
#include "kernels/random/distributions/multivariate_normal/multivariate_normal_textbook.hpp"
#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/draw/draw.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 5};

template <class T>
void check_order(std::ptrdiff_t d, std::ptrdiff_t rows, bool triangular, Numbers& numbers) {
    const auto size = static_cast<std::size_t>(d);
    std::vector<double> a(size * size);
    std::vector<T> rounded(size * size), mean(size), panels(static_cast<std::size_t>(packed_factor_elements<T>(d)));
    for (std::size_t i = 0; i < size; ++i) {
        mean[i] = static_cast<T>(numbers.next());
        for (std::size_t k = 0; k < size; ++k) {
            a[i * size + k] = triangular && k > i ? 0.0 : numbers.next();
            rounded[i * size + k] = static_cast<T>(a[i * size + k]);
        }
    }
    pack_normal_factor(a.data(), d, panels.data());
    const NormalFactor<T> factor = {d, triangular, panels.data()};

    const StreamPosition start = {8190, sizeof(T) == 4};  // near the end of a block; floats inside a word
    const NormalLaw<T> law({0, 1});
    std::vector<T> z(static_cast<std::size_t>(rows * d)), expected(z.size());
    draw_serial(key, start, z.data(), rows * d, law);
    for (std::ptrdiff_t r = 0; r < rows; ++r)
        textbook::correlate(rounded.data(), mean.data(), z.data() + r * d, d, expected.data() + r * d);
    for (const int threads : {1, 2, 3}) {
        std::vector<T> out(z.size() + 2, T(-7));
        const std::ptrdiff_t cut = rows / 3;
        multivariate_normal(key, start, factor, mean.data(), out.data() + 1, cut, threads);
        multivariate_normal(key, advanced(start, cut * d, law.halves), factor, mean.data(), out.data() + 1 + cut * d, rows - cut,
                            threads);
        MLMATH_CHECK(std::equal(expected.begin(), expected.end(), out.begin() + 1));
        MLMATH_CHECK(out.front() == T(-7) && out.back() == T(-7));
    }
}

MLMATH_TEST(multivariate_normal_has_the_bits_of_the_textbook) {
    Numbers numbers(21);
    for (const std::ptrdiff_t d : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 20, 23, 24, 25, 31, 33, 47, 48, 49, 50, 97}) {
        for (const bool triangular : {false, true}) {
            check_order<double>(d, 11, triangular, numbers);
            check_order<float>(d, 11, triangular, numbers);
        }
    }
    check_order<double>(20, 2000, true, numbers);  // several chunks
    check_order<float>(3, 12000, false, numbers);
}

MLMATH_TEST(multivariate_normal_larger_than_the_caches) {
    // Past the caches in tiles, from an address that is not a whole line: the rows of a draw into the caches.
    constexpr std::ptrdiff_t d = 9, some = 4000, rows = 470'000;  // more than half of 64 MiB
    Numbers numbers(22);
    std::vector<double> a(d * d), panels(static_cast<std::size_t>(packed_factor_elements<double>(d))), mean(d, 0.25);
    for (double& element : a) element = numbers.next();
    pack_normal_factor(a.data(), d, panels.data());
    const NormalFactor<double> factor = {d, false, panels.data()};
    std::vector<double> all(static_cast<std::size_t>(rows * d + 1)), part(static_cast<std::size_t>(some * d));
    multivariate_normal(key, {16, false}, factor, mean.data(), all.data() + 1, rows, 2);
    for (const std::ptrdiff_t at : {std::ptrdiff_t{0}, std::ptrdiff_t{77'777}, rows - some}) {
        multivariate_normal(key, {16 + static_cast<std::uint64_t>(at * d), false}, factor, mean.data(), part.data(), some, 1);
        MLMATH_CHECK(std::equal(part.begin(), part.end(), all.begin() + 1 + at * d));
    }
}

}  // namespace
}  // namespace mlmath::tests
