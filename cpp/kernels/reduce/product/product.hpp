// SPDX-License-Identifier: BSD-3-Clause
// product: of elements along any axes. Contract.
#pragma once
#include "kernels/reduce/reduction_source.hpp"

namespace mlmath {

/// out[k] = initial * product of the elements over the reduced axes at kept index k, in double; floating out.
///
/// Shapes    as ReductionInput says; in.other: none or select. numbers_only: NaNs count as 1.
/// Order     fixed by the number of elements per result, as sum's: the same bits for any threads, layout and level.
/// Error     relative (n - 1) u to first order, u = 2^-53: every multiplication rounds, in whatever order [Higham2002, sec. 3.1].
///           No intermediate product overflows or vanishes, only the result may (one rounding more when it is denormal).
/// Numbers   0 times infinity is NaN and raises "invalid"; overflow raises "overflow".
/// Cost      every element read once; 8 operations each. Failure   Interrupted, std::bad_alloc.
void product(const ReductionInput& in, bool numbers_only, double initial, const ReductionOutput& out, int threads);

/// The same for integers and bool, modulo 2^64 (out: i64 or u64).
void integer_product(const ReductionInput& in, std::uint64_t initial, const ReductionOutput& out, int threads);

}  // namespace mlmath
