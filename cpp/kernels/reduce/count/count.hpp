// SPDX-License-Identifier: BSD-3-Clause
// count: how many elements are not zero, whether any is, whether all are, along any axes. Contract.
#pragma once
#include "kernels/reduce/reduction_source.hpp"

namespace mlmath {

/// out[k] (int64) = number of elements that are not zero over the reduced axes at kept index k. NaN is not zero, -0 is.
///
/// Shapes    as ReductionInput says; in.other: none or select (elements that are left out do not count).
/// Order     none: integers. Cost: every element read once. Failure   Interrupted, std::bad_alloc.
void count_nonzero(const ReductionInput& in, const ReductionOutput& out, int threads);

/// out[k] (bool) = whether any element (all elements) is not zero. When everything is reduced to one result, the rest of the array
/// is not read once it is known. No element: any is false, all is true.
void any_nonzero(const ReductionInput& in, const ReductionOutput& out, int threads);
void all_nonzero(const ReductionInput& in, const ReductionOutput& out, int threads);

}  // namespace mlmath
