// SPDX-License-Identifier: BSD-3-Clause
// sum, mean: along any axes of an array. Contract.
#pragma once
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath {

/// out[k] = (sum of x over the reduced axes at kept index k) / divisor, accumulated in double for float and double elements.
///
/// Shapes    x: any number of axes, any strides, no size zero. out: at index k, out + sum_a k_a out_strides[a] over the kept axes
///           (out_strides has one entry per axis of x; those of reduced axes are ignored). out must not overlap x.
/// Order     fixed by the number of elements per result (reduction_tree.hpp): the same bits for any number of threads, layout and
///           alignment of the same logical order, on every level.
/// Error     |sum - exact| <= gamma sum |x_i|, gamma = (min(n, 1024)/32 + 5 + log2 ceil(n/1024)) eps with double's eps, for both
///           dtypes [Higham2002, sec. 4.2]; then one rounding of the quotient and one to Result. 2^29 equal floats are summed
///           exactly.
/// Numbers   NaN and infinities propagate; the sum of -0s is +0, as NumPy's. An overflow of the conversion to float raises the
/// flag. Cost      n additions, every element read once. Failure   Interrupted, std::bad_alloc. T, Result (double, double), (float,
/// float), (float, double).
template <class T, class Result>
void sum(ArrayView<const T> x, AxisSet axes, double divisor, Result* out, const std::ptrdiff_t* out_strides, int threads);

/// The sum of a vector, as above.
template <class T>
double sum(VectorView<const T> x, int threads);

}  // namespace mlmath
