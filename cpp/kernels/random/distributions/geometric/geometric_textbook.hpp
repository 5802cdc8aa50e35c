// SPDX-License-Identifier: BSD-3-Clause
// geometric, textbook: one element from its word. Oracle of the tests.
#pragma once
#include <cmath>
#include <cstdint>

namespace mlmath::textbook {

/// max(1, ceil(ln u / ln(1 - p))), u = (w + 1/2) 2^-64.
inline std::int64_t geometric(double p, std::uint64_t w) {
    if (p == 1) return 1;
    const double log_u =
        w >> 63 ? std::log1p(-(static_cast<double>(~w) + 0.5) * 0x1p-64) : std::log((static_cast<double>(w) + 0.5) * 0x1p-64);
    const double k = std::fmax(1.0, std::ceil(log_u / std::log1p(-p)));
    return k < 0x1p63 ? static_cast<std::int64_t>(k) : INT64_MAX;
}

}  // namespace mlmath::textbook
