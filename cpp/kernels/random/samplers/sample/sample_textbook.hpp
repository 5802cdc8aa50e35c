// SPDX-License-Identifier: BSD-3-Clause
// sample, textbook: both definitions as loops. Oracle of the tests: the same results.
#pragma once
#include <algorithm>
#include <unordered_set>
#include <vector>

#include "kernels/random/distributions/normal/normal_textbook.hpp"
#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

inline std::vector<std::int64_t> sample(const StreamKey& key, std::uint64_t start, std::uint64_t population, std::size_t count) {
    __extension__ typedef unsigned __int128 Wide;
    std::vector<std::int64_t> out;
    std::unordered_set<std::uint64_t> taken;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t word = xblock_word(key, start + i), extra[4];
        for (std::uint64_t tried = 0;; ++tried) {
            const Wide product = static_cast<Wide>(word) * population;
            const auto value = static_cast<std::uint64_t>(product >> 64);
            if (static_cast<std::uint64_t>(product) >= -population % population && taken.insert(value).second) {
                out.push_back(static_cast<std::int64_t>(value));
                break;
            }
            if (tried % 4 == 0) xblock_extra_words(key, start + i, tried / 4 + 1, domain_sample, extra);
            word = extra[tried % 4];
        }
    }
    return out;
}

inline std::vector<std::int64_t> shuffled_front(const StreamKey& key, std::uint64_t start, std::uint64_t population,
                                                std::size_t count) {
    __extension__ typedef unsigned __int128 Wide;
    std::vector<std::int64_t> numbers;
    for (std::uint64_t i = 0; i < population; ++i) numbers.push_back(static_cast<std::int64_t>(i));
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t left = population - i;
        std::uint64_t word = xblock_word(key, start + i), extra[4];
        for (std::uint64_t tried = 0; word * left < -left % left; ++tried) {
            if (tried % 4 == 0) xblock_extra_words(key, start + i, tried / 4 + 1, domain_sample, extra);
            word = extra[tried % 4];
        }
        std::swap(numbers[i], numbers[i + static_cast<std::uint64_t>((static_cast<Wide>(word) * left) >> 64)]);
    }
    numbers.resize(count);
    return numbers;
}

/// -2 ln u of u = (w + 1/2) 2^-64: the square of the normal law's radius before the root, in its operations.
inline double minus_two_log(std::uint64_t w) {
    using C = NormalCoefficients<double>;
    const bool near_one = w >> 63;
    const double d = static_cast<double>(near_one ? ~w : w) + 0.5;
    int exponent;
    const double mantissa = std::frexp(d, &exponent);
    const double g = near_one ? std::ldexp(d, -64) : 1 - mantissa, halvings = near_one ? 0.0 : 64 - exponent;
    return std::fma(halvings, C::two_ln2, g * two_chains(C::log_terms, g));
}

inline std::vector<std::int64_t> weighted_sample(const StreamKey& key, std::uint64_t start, const std::vector<double>& p,
                                                 std::size_t count) {
    std::vector<std::pair<double, std::int64_t>> keys;
    for (std::uint64_t i = 0; i < p.size(); ++i)
        if (p[i] > 0) keys.emplace_back(minus_two_log(xblock_word(key, start + i)) * 0x1p-500 / p[i], static_cast<std::int64_t>(i));
    std::sort(keys.begin(), keys.end());
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(keys[i].second);
    return out;
}

}  // namespace mlmath::textbook
