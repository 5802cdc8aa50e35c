// SPDX-License-Identifier: BSD-3-Clause
// binomial: successes among n independent trials. Contract.
#pragma once
#include "kernels/random/distributions/binomial/binomial_parts.hpp"
#include "kernels/random/distributions/discrete_table/discrete_table.hpp"

namespace mlmath {

/// Element i is k with probability n! / (k! (n-k)!) p^k (1-p)^(n-k).
///
/// Definition  Numbers as n and p, n p (1-p) at most 10^4: by table, one word per element (discrete_table.hpp). Otherwise two
///             words w, v, for the rarer of success and failure (p above 1/2: n less the failures):
///             n p < 10: the smallest k with u < p(0) + ... + p(k), u = (floor(w / 2^12) + 1/2) 2^-52.
///             n p >= 10: Hormann's transformed rejection BTRS [Hormann1993b]: a hat's inverse of w, a test of v; attempts after
///             the first take the element's extra words 0, 1 of `domain_binomial`. ln p(k) is Loader's saddle point form
///             [Loader2000]. Functions are evaluated by the operations of binomial_simd.cpp in its order: part of the definition.
/// Range       n an integer, 0 <= n <= 2^53; 0 <= p <= 1.
/// Result      the same bits on every level and for any number of threads and split. Arrays take the direct methods for every
///             element, so they give other values than numbers do, with the same law.
/// Error       of the probabilities: see discrete_table.hpp; direct: 2^-44 relative, 2^-50 in sum for n p < 10.
/// Cost        table: a gather a register; direct: about 250 vector operations per register and attempt.
CountLaw binomial_law(double n, double p);

/// Parameters (n, p) of each element.
const LawOfArrays& binomial_of_arrays();

}  // namespace mlmath
