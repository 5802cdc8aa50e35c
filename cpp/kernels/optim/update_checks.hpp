// SPDX-License-Identifier: BSD-3-Clause
// Checks and numbers of the drivers of several update rules.
#pragma once
#include <cmath>
#include <cstdint>

#include "core/check.hpp"
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

inline void check_fraction(const char* function, const char* argument, double value) {
    if (!(value >= 0 && value < 1))
        invalid_argument(function, std::string(argument) + " must be in [0, 1), got " + std::to_string(value));
}

/// 1 - beta^t without cancellation for beta near 1; log(0) would raise a flag.
inline double one_minus_power(double beta, std::int64_t t) {
    return beta == 0 ? 1 : -std::expm1(static_cast<double>(t) * std::log(beta));
}

}  // namespace mlmath
