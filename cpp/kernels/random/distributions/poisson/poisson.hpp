// SPDX-License-Identifier: BSD-3-Clause
// poisson: counts of independent rare events. Contract.
#pragma once
#include "kernels/random/distributions/discrete_table/discrete_table.hpp"
#include "kernels/random/distributions/poisson/poisson_parts.hpp"

namespace mlmath {

/// Element i is k with probability e^-lam lam^k / k!.
///
/// Definition  A number as lam, at most 10^4: by table, one word per element (discrete_table.hpp). Otherwise two words w, v:
///             lam < 10: the smallest k with u < p(0) + ... + p(k), u = (floor(w / 2^12) + 1/2) 2^-52.
///             lam >= 10: Hormann's transformed rejection PTRS [Hormann1993]: a hat's inverse of w, a test of v; attempts after
///             the first take the element's extra words 0, 1 of `domain_poisson`. ln p(k) is Loader's saddle point form
///             [Loader2000]. Functions are evaluated by the operations of poisson_simd.cpp in its order: part of the definition.
/// Range       0 <= lam <= 2^63 - 10 sqrt(2^63); lam = 0 gives 0.
/// Result      the same bits on every level and for any number of threads and split. Arrays of lam take the direct methods for
///             every element, so they give other values than numbers do for lam <= 10^4, with the same law.
/// Error       of the probabilities: see discrete_table.hpp; direct: 2^-44 relative, 2^-50 in sum for lam < 10.
/// Cost        table: a gather a register; direct: about 150 vector operations per register and attempt.
CountLaw poisson_law(double lam);

/// Parameter lam of each element.
const LawOfArrays& poisson_of_arrays();

}  // namespace mlmath
