// SPDX-License-Identifier: BSD-3-Clause
// minmax: the smallest and the largest element along any axes of an array, in one pass. Contract.
#pragma once
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath {

/// smallest[k] = min_i x_ki, largest[k] = max_i x_ki over the reduced axes at kept index k.
///
/// Shapes    x: any strides, no size zero; smallest, largest: the kept axes, both with out_strides, not overlapping x.
/// Numbers   a NaN makes both NaN; -0 is smaller than +0. No floating-point flag is raised.
/// Error     none: the results are elements of x, the same bits for any layout and number of threads.
/// Cost      every element read once; 5 integer operations per register.
template <class T>
void minmax(ArrayView<const T> x, AxisSet axes, T* smallest, T* largest, const std::ptrdiff_t* out_strides, int threads);

}  // namespace mlmath
