// SPDX-License-Identifier: BSD-3-Clause
// selection: the elements that would stand at given places if each run of reduced elements were sorted, without sorting. Contract.
#pragma once
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath {

/// values[r*items + k] = the element of rank ranks[r*items*per_item + k*per_item] (0: the smallest) among the elements of kept item
/// k.
///
/// Shapes    x: any strides, no size zero; kept items in logical order. ranks: `count` of them for all items (per_item false) or
///           for each item, 0 <= rank < elements of an item, in any order; values: count x items.
/// Numbers   elements are ordered as numbers, -0 before +0, every NaN behind all others (as NumPy sorts); nans[k] = how many NaN
///           item k has. No floating-point flag is raised.
/// Error     none: the results are elements of x, the same for any layout and number of threads.
/// Method    a sample gives two bounds between which the wanted ranks lie; one pass keeps what lies between them; again, until few
///           are left [Floyd1975]. Quickselect [Hoare1961] where the sample misleads and for the last few hundred.
/// Cost      every element read once, and about a tenth of them again; memory for the elements of one item per thread, or a
///           quarter of them in long items.
template <class T>
void select_ranks(ArrayView<const T> x, AxisSet axes, const std::ptrdiff_t* ranks, std::ptrdiff_t count, bool per_item, T* values,
                  std::ptrdiff_t* nans, int threads);

}  // namespace mlmath
