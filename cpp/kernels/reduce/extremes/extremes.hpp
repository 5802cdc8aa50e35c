// SPDX-License-Identifier: BSD-3-Clause
// extremes: smallest and largest element, and where they stand, along any axes. Contract.
#pragma once
#include "kernels/reduce/reduction_source.hpp"

namespace mlmath {

struct ExtremeForm {
    bool largest;
    bool numbers_only = false;  // NaNs lose to every number; only NaNs give NaN. Otherwise a NaN wins.
    bool of_magnitude = false;  // of |x|; floating types
    // The value joins the elements: a double, int64 or uint64 as the type asks; null: none.
    const void* initial = nullptr;
};

/// out[k] = min or max of the elements over the reduced axes at kept index k, in the input's type.
///
/// Shapes    as ReductionInput says; out.type is in.type. in.other: none or select (an item without elements gives the value that
///           loses to every other, or `initial`).
/// Numbers   the result is one of the elements, bit for bit, but for NaN, which is the quiet one; -0 < +0. Comparisons with NaN may
///           raise "invalid", which says nothing.
/// Order     none: the same bits for any threads, layout and level.
/// Cost      n comparisons, every element read once. Failure   Interrupted, std::bad_alloc.
void extremes(const ReductionInput& in, const ExtremeForm& form, const ReductionOutput& out, int threads);

/// out[k] (int64) = number, in logical order of the reduced axes, of the first element equal to the extreme (or of the first NaN,
/// where a NaN wins). in.other must be none. Returns false when an item has NaNs only and numbers_only is set; its index is 0.
bool extreme_positions(const ReductionInput& in, const ExtremeForm& form, const ReductionOutput& out, int threads);

}  // namespace mlmath
