// SPDX-License-Identifier: BSD-3-Clause
// cumulative: running sums and products along an axis, or through a whole array. Contract.
#pragma once
#include "kernels/reduce/reduction_source.hpp"

namespace mlmath {

/// out[k, i] = x_k0 + ... + x_ki: for every kept index k, along the reduced axes in logical order (i counts them as one).
///
/// Shapes    in as ReductionInput says, without a second operand. out: as in plan_reduction, and out_step elements from i to i + 1;
///           must not overlap the input. Floating out: computed in double, each number rounded to it once. Integer out: modulo 2^64.
/// Order     within chunks of 1024 in groups of 8 (cumulative_simd.cpp), the chunk's sums on what ran up to it: the same bits for
///           any number of threads, layout and level.
/// Error     |out - exact| <= (min(n, 1024)/8 + 4 + n/1024) u sum |x| in double's u [Higham2002, sec. 4.2].
/// Numbers   NaN and infinities propagate from where they stand; with skip_nan a NaN counts as 0. A group's own sum may overflow
///           near the largest double though the running sum would not.
/// Cost      2n additions, every element read and written once. Threads share items, not one vector.
/// Failure   Interrupted, std::bad_alloc.
void cumulative_sum(const ReductionInput& in, const ReductionOutput& out, std::ptrdiff_t out_step, bool skip_nan, int threads);

/// Running products, one multiplication after the other: relative error i u. With skip_nan a NaN counts as 1.
void cumulative_product(const ReductionInput& in, const ReductionOutput& out, std::ptrdiff_t out_step, bool skip_nan, int threads);

}  // namespace mlmath
