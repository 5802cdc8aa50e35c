// SPDX-License-Identifier: BSD-3-Clause
// The gamma law and its relatives against their textbooks.

#include "kernels/random/distributions/beta/beta.hpp"
#include "kernels/random/distributions/beta/beta_textbook.hpp"
#include "kernels/random/distributions/dirichlet/dirichlet.hpp"
#include "kernels/random/distributions/dirichlet/dirichlet_textbook.hpp"
#include "kernels/random/distributions/gamma/gamma.hpp"
#include "kernels/random/distributions/gamma/gamma_textbook.hpp"
#include "kernels/random/distributions/student_t/student_t.hpp"
#include "kernels/random/distributions/student_t/student_t_textbook.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/engines/xblock/xblock.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr StreamKey key = {{0x243f6a8885a308d3u, 0x13198a2e03707344u, 0xa4093822299f31d0u, 0x082efa98ec4e6c89u}, 2};
constexpr std::uint64_t first_word = 5 * xblock_words_per_block;
constexpr std::ptrdiff_t n = 3000;  // more than a tile, less than a block

// Relative error, on the scale of the logarithm where that is large; zeros and infinities must be met.
bool near(double value, double reference) {
    if (value == reference || (std::isnan(value) && std::isnan(reference))) return true;
    if (reference < 1e-290) return value < 2e-290;
    return std::fabs(value / reference - 1) < 1e-12 * (1 + std::fabs(std::log(std::fabs(reference))));
}

// The words of an element of `halves` halves: its place, its normal number and second word from step pair `pair` of its unit.
struct Element {
    std::uint64_t place;
    double z;
    std::uint64_t first, second;
};
Element element(const std::vector<std::uint64_t>& words, std::ptrdiff_t i, int halves, int pair = 0) {
    const std::ptrdiff_t unit = i / 16 * halves * 8, j = i % 16, step = unit + 32 * pair;
    const auto word = [&](std::ptrdiff_t at) { return words[static_cast<std::size_t>(at)]; };
    const auto normals = textbook::normal_pair(word(step + j % 8), word(step + 8 + j % 8));
    return {first_word + static_cast<std::uint64_t>(unit + j), j < 8 ? normals.first : normals.second, word(step + j),
            word(step + 16 + j)};
}

std::vector<std::uint64_t> stream(int halves) {
    std::vector<std::uint64_t> words(static_cast<std::size_t>(n + 16) * static_cast<std::size_t>(halves) / 2);
    xblock_words(key, first_word, words.data(), static_cast<std::ptrdiff_t>(words.size()), 1);
    return words;
}

textbook::BoostedGamma boosted(const Element& e, std::uint64_t domain, double shape) {
    return {textbook::gamma_by_rejection(key, e.place, domain, shape, e.z, e.second),
            shape < 1 ? textbook::gamma_exponential(e.second) / shape : 0.0};
}

}  // namespace

MLMATH_TEST(random_gamma_matches_textbook) {
    const auto words = stream(gamma_halves);
    std::vector<double> out(n);
    std::vector<float> single(n);
    for (double shape : {0.0, 1e-3, 0.3, 0.999, 1.0, 1.0001, 2.5, 40.0, 1e9, 1e14}) {
        draw(key, {first_word, false}, out.data(), n, gamma_law<double>(shape, 1), 2);
        draw(key, {first_word, false}, single.data(), n, gamma_law<float>(shape, 1), 2);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const auto k = static_cast<std::size_t>(i);
            const Element e = element(words, i, gamma_halves);
            const double g = textbook::standard_gamma(key, e.place, shape, e.z, e.second);
            MLMATH_CHECK(shape > 1 ? out[k] == g : near(out[k], g));
            MLMATH_CHECK(single[k] == static_cast<float>(out[k]));
        }
    }
}

MLMATH_TEST(random_beta_and_f_match_textbook) {
    const auto words = stream(beta_halves);
    std::vector<double> beta(n), f(n);
    for (auto [a, b] : {std::pair(2.0, 3.0), {1.0, 1.0}, {0.5, 0.25}, {0.01, 4.0}, {30.0, 0.1}, {1e8, 1e9}}) {
        draw(key, {first_word, false}, beta.data(), n, beta_law<double>(a, b), 2);
        draw(key, {first_word, false}, f.data(), n, f_law<double>(2 * a, 2 * b), 2);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const auto k = static_cast<std::size_t>(i);
            const auto ga = boosted(element(words, i, beta_halves, 0), domain_beta, a);
            Element second = element(words, i, beta_halves, 1);
            const auto gb = boosted(second, domain_gamma_second, b);
            MLMATH_CHECK(near(beta[k], textbook::beta(a, b, ga, gb)));
            MLMATH_CHECK(near(f[k], textbook::f(2 * a, 2 * b, ga, gb)));
        }
    }
}

MLMATH_TEST(random_student_t_matches_textbook) {
    const auto words = stream(student_t_halves);
    std::vector<double> out(n);
    for (double df : {0.05, 0.2, 0.25, 1.0, 5.0, 1e10, 1e300}) {
        draw(key, {first_word, false}, out.data(), n, student_t_law<double>(df), 2);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const Element e = element(words, i, student_t_halves);
            const double t = textbook::student_t(e.first, e.second, df);
            MLMATH_CHECK(near(out[static_cast<std::size_t>(i)], t));
        }
    }
}

MLMATH_TEST(random_dirichlet_matches_textbook) {
    const auto words = stream(dirichlet_halves);
    for (double shape : {0.02, 0.3, 2.0})
        for (std::ptrdiff_t k : {1, 3, 7}) {
            std::vector<double> alpha(static_cast<std::size_t>(k));
            for (std::size_t j = 0; j < alpha.size(); ++j) alpha[j] = shape * (1 + static_cast<double>(j) / 4);
            const std::ptrdiff_t rows = n / k;
            std::vector<double> out(static_cast<std::size_t>(rows * k)), row(alpha.size());
            dirichlet(key, {first_word, false}, alpha.data(), k, out.data(), rows, 2);
            for (std::ptrdiff_t r = 0; r < rows; ++r) {
                const bool logarithms = alpha.back() < 0.1;
                for (std::ptrdiff_t j = 0; j < k; ++j) {
                    const auto g =
                        boosted(element(words, r * k + j, dirichlet_halves), domain_dirichlet, alpha[static_cast<std::size_t>(j)]);
                    row[static_cast<std::size_t>(j)] = logarithms ? std::log(g.g) - g.q : g.g * std::exp(-g.q);
                }
                (logarithms ? textbook::dirichlet_of_logarithms : textbook::dirichlet_of_gammas)(row.data(), k);
                for (std::ptrdiff_t j = 0; j < k; ++j)
                    MLMATH_CHECK(near(out[static_cast<std::size_t>(r * k + j)], row[static_cast<std::size_t>(j)]));
            }
        }
}

}  // namespace mlmath::tests
