// SPDX-License-Identifier: BSD-3-Clause
// geometric: trials up to the first success. Contract.
#pragma once
#include "kernels/random/distributions/geometric/geometric_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// Element i is k = 1, 2, ... with probability p (1-p)^(k-1).
///
/// Definition  k = max(1, ceil(E / -ln(1-p))) with the standard exponential E = -ln u, u = (w + 1/2) 2^-64 of one word w: P(k > j)
///             = P(E > -j ln(1-p)) = (1-p)^j. Numbers from 2^63 on become 2^63 - 1, as in NumPy.
/// Range       0 < p <= 1; p = 1 gives 1.
/// Result      the same bits on every level and for any number of threads and split; arrays of p give what numbers give.
/// Error       the quotient: 2^-45 relative, so probabilities are right to 2^-45 of k p.
/// Cost        about 90 vector operations a register.
const LawOfArrays& geometric_of_arrays();

}  // namespace mlmath
