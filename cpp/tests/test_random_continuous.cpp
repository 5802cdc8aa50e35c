// SPDX-License-Identifier: BSD-3-Clause
// Laws by inversion and the lognormal against their textbooks, to the contracts' errors, on every level.

#include "kernels/random/distributions/inversion/inversion.hpp"
#include "kernels/random/distributions/inversion/inversion_textbook.hpp"
#include "kernels/random/distributions/lognormal/lognormal.hpp"
#include "kernels/random/distributions/lognormal/lognormal_textbook.hpp"
#include "kernels/random/draw/draw.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr StreamKey key = {{0x0123456789abcdefu, 0xfedcba9876543210u, 0x243f6a8885a308d3u, 0x13198a2e03707344u}, 5};
constexpr std::uint64_t unit = 10;

// Both ends, the middle, every exponent counted from each of them, float's tails, and words between; whole units.
std::vector<std::uint64_t> crafted_words() {
    std::vector<std::uint64_t> words;
    for (int e = 0; e < 64; ++e)
        for (std::uint64_t from : {std::uint64_t(0), std::uint64_t(1) << 63})
            for (std::uint64_t w : {from + (std::uint64_t(1) << e), from - (std::uint64_t(1) << e)})
                words.push_back(w), words.push_back(w - 1);
    Numbers numbers(4);
    const auto bits = [&] { return static_cast<std::uint64_t>((numbers.next() + 1) * 0x1p62) << 1; };
    for (int i = 0; i < 512; ++i) words.push_back(bits() >> (i % 64));
    for (int i = 0; i < 256; ++i) words.push_back(bits() & 0x000003ff000003ffu);
    for (int i = 0; i < 256; ++i) words.push_back(bits() | 0xfffffc00fffffc00u);
    return words;
}

struct Case {
    Inversion law;
    double p[3];
    double error_f64, error_f32;  // in units of 2^-53 and 2^-24, of max(|x|, `floor`)
    double floor;
};
const Case cases[] = {
    {Inversion::standard_exponential, {}, 128, 4, 0},
    {Inversion::exponential, {2.5}, 128, 4, 0},
    {Inversion::rayleigh, {2.5}, 128, 4, 0},
    {Inversion::gumbel, {0, 2.5}, 128, 4, 2.5},
    {Inversion::laplace, {0, 2.5}, 128, 4, 0},
    {Inversion::logistic, {0, 2.5}, 128, 5, 0},
    {Inversion::cauchy, {}, 128, 8, 0},
    {Inversion::weibull, {0.01}, 512, 1.01, 0},
    {Inversion::weibull, {0.7}, 64, 1.01, 0},
    {Inversion::weibull, {30}, 64, 1.01, 0},
    {Inversion::weibull, {0}, 0, 0, 0},
    {Inversion::pareto, {0.01}, 512, 1.01, 0},
    {Inversion::pareto, {0.7}, 64, 1.01, 0},
    {Inversion::pareto, {30}, 64, 1.01, 0},
    {Inversion::power, {0.01}, 512, 1.01, 0},
    {Inversion::power, {0.7}, 64, 1.01, 0},
    {Inversion::power, {30}, 64, 1.01, 0},
    {Inversion::triangular, {0, 1, 3}, 8, 1.01, 0},
    {Inversion::triangular, {-1, -1, 2}, 8, 1.01, 1},
    {Inversion::triangular, {-1, 2, 2}, 8, 1.01, 1},
};

template <class T>
void check_element(const Case& c, T x, textbook::Real exact) {
    constexpr bool is_double = sizeof(T) == 8;
    const textbook::Real largest = is_double ? 0x1.fffffffffffffp1023L : 0x1.fffffep127L,
                         smallest = is_double ? 0x1p-1022L : 0x1p-126L, size = std::fabs(exact);
    if (size > largest) {
        MLMATH_CHECK(std::isinf(x));
    } else if (size < smallest) {  // a subnormal number or 0
        MLMATH_CHECK(std::fabs(static_cast<textbook::Real>(x) - exact) <= (is_double ? 0x1p-1073L : 0x1p-148L));
    } else {
        const textbook::Real unit_of_error = is_double ? c.error_f64 * 0x1p-53L : c.error_f32 * 0x1p-24L;
        MLMATH_CHECK(std::isfinite(x) &&
                     std::fabs(static_cast<textbook::Real>(x) - exact) <= unit_of_error * std::fmax(size, textbook::Real(c.floor)));
    }
}

}  // namespace

MLMATH_TEST(random_inversion_of_crafted_words) {
    const auto words = crafted_words();
    const auto units = static_cast<std::ptrdiff_t>(words.size() / 16);
    std::vector<double> x(words.size());
    std::vector<float> f(2 * words.size());
    for (const Case& c : cases) {
        for (std::ptrdiff_t u = 0; u < units; u += 64) {  // a tile at most
            const std::ptrdiff_t now = std::min<std::ptrdiff_t>(64, units - u);
            const auto at = unit + static_cast<std::uint64_t>(u);
            InversionLaw<double>(c.law, {{c.p[0], c.p[1], c.p[2]}}).convert(key, at, words.data() + 16 * u, now, x.data() + 16 * u);
            InversionLaw<float>(c.law, {{c.p[0], c.p[1], c.p[2]}}).convert(key, at, words.data() + 16 * u, now, f.data() + 32 * u);
        }
        const std::uint64_t domain = c.law <= Inversion::exponential ? domain_exponential_f32_tail : domain_continuous_f32_tail;
        for (std::size_t i = 0; i < x.size(); ++i) {
            check_element(c, x[i], textbook::inversion(c.law, textbook::uniform_of_word(words[i]), c.p));
            for (int half = 0; half < 2; ++half) {
                const auto h = static_cast<std::uint32_t>(words[i] >> (32 * half));
                const auto u = textbook::uniform_of_half(key, 16 * unit + i, half, h, domain);
                check_element(c, f[2 * i + static_cast<std::size_t>(half)], textbook::inversion(c.law, u, c.p));
            }
        }
    }
}

// Made with the generator, in whole blocks and parts of them, and from words in a tile: the same bits.
template <class T>
static void check_fused(const Law& law) {
    const std::ptrdiff_t n = 2 * 8192 * (8 / static_cast<std::ptrdiff_t>(sizeof(T))) + 77;
    std::vector<T> whole(static_cast<std::size_t>(n)), part(whole.size());
    draw_serial(key, {3, false}, whole.data(), n, law);
    for (int threads : {1, 2, 3}) {
        draw(key, {3, false}, part.data(), n, law, threads);
        MLMATH_CHECK(same_bits(whole.data(), part.data(), n));
    }
    const std::ptrdiff_t skipped = 1001 * (8 / static_cast<std::ptrdiff_t>(sizeof(T)));
    draw(key, {3 + 1001, false}, part.data(), n - skipped, law, 1);
    MLMATH_CHECK(same_bits(whole.data() + skipped, part.data(), n - skipped));
}
MLMATH_TEST(random_inversion_fused_as_apart) {
    for (const Case& c : cases) {
        check_fused<double>(InversionLaw<double>(c.law, {{c.p[0], c.p[1], c.p[2]}}));
        check_fused<float>(InversionLaw<float>(c.law, {{c.p[0], c.p[1], c.p[2]}}));
    }
}

template <class T>
static void check_lognormal(T mean, T sigma) {
    const std::ptrdiff_t n = 20000;
    std::vector<T> z(n), x(n);
    draw(key, {5, false}, z.data(), n, NormalLaw<T>({0, 1}), 1);
    draw(key, {5, false}, x.data(), n, LognormalLaw<T>({mean, sigma}), 2);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const T exact = textbook::lognormal(z[i], mean, sigma);
        MLMATH_CHECK(x[i] == exact || std::fabs(x[i] - exact) <= std::numeric_limits<T>::epsilon() * exact ||
                     (exact < std::numeric_limits<T>::min() && std::fabs(x[i] - exact) <= std::numeric_limits<T>::denorm_min()));
    }
}
MLMATH_TEST(random_lognormal_matches_textbook) {
    check_lognormal<double>(0, 1);
    check_lognormal<double>(-3, 0.25);
    check_lognormal<double>(10, 400);  // infinite, subnormal, 0
    check_lognormal<float>(0, 1);
    check_lognormal<float>(2, 50);
}

}  // namespace mlmath::tests
