// SPDX-License-Identifier: BSD-3-Clause
// student_t, textbook: one element from its two words. Oracle of the tests.
#pragma once
#include "kernels/random/distributions/normal/normal_textbook.hpp"
#include "kernels/random/distributions/student_t/student_t_parts.hpp"

namespace mlmath::textbook {

/// sqrt(df (u^(-2/df) - 1)) cos(phi).
inline double student_t(std::uint64_t w, std::uint64_t angle, double df) {
    df = df > student_t_normal_df ? student_t_normal_df : df;
    const bool near_one = w >> 63;
    const double d = (static_cast<double>(near_one ? ~w : w) + 0.5) * 0x1p-64;
    const double x = -2 * (near_one ? std::log1p(-d) : std::log(d)) / df;
    const double r = df < student_t_small_df ? std::sqrt(df * -std::expm1(-x)) * std::exp(x / 2) : std::sqrt(df * std::expm1(x));
    return point(r, std::bit_cast<double>((angle >> 12) | 0x3ff0000000000001u) - 1.5, angle & 1, angle & 2).first;
}

}  // namespace mlmath::textbook
