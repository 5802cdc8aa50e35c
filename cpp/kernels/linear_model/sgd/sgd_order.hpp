// SPDX-License-Identifier: BSD-3-Clause
// sgd: what the textbook and the fast version share by definition: the order of the rows and the first step of SgdRate::optimal.
#pragma once
#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/linear_model/sgd/sgd.hpp"

namespace mlmath {

inline void sgd_first_order(std::int32_t* order, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) order[i] = static_cast<std::int32_t>(i);
}

/// The generator's next state [Marsaglia2003, shifts 13, 17, 5]. State 0 would stay 0 and stands for 1.
inline std::uint32_t sgd_next(std::uint32_t state) {
    if (state == 0) state = 1;
    state ^= state << 13;
    state ^= state >> 17;
    return state ^ (state << 5);
}

/// The permutation that an epoch applies to the order of the one before: place i takes what lies at shuffle[i]. It is the
/// Fisher-Yates shuffle of 0, 1, ..., n - 1: the generator begins at `seed` in every epoch, so all epochs swap the same places,
/// and one table spares n divisions an epoch. A draw is the state's 31 low bits.
inline void sgd_shuffle(std::int32_t* shuffle, std::ptrdiff_t n, std::uint32_t seed) {
    sgd_first_order(shuffle, n);
    std::uint32_t state = seed;
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i) {
        state = sgd_next(state);
        std::swap(shuffle[i], shuffle[i + static_cast<std::ptrdiff_t>((state & 0x7fffffffu) % static_cast<std::uint32_t>(n - i))]);
    }
}

/// t0 of SgdRate::optimal: the first step is typical weight over the slope there, a heuristic of Bottou's [Bottou2012, sec. 5.2]:
/// typical = alpha^(-1/4), eta = typical / max(1, d loss / d p (y = 1, p = -typical)), t0 = 1 / (eta alpha).
/// (Only losses of a target 1 far above p have a slope; it is negative, so the maximum is 1 for all of them.)
inline double sgd_optimal_start(const SgdOptions& options) { return 1 / (std::sqrt(1 / std::sqrt(options.alpha)) * options.alpha); }

}  // namespace mlmath
