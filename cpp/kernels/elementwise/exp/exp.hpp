// SPDX-License-Identifier: BSD-3-Clause
// exp: e^x of every element. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// out[i] = e^x[i].
///
/// Shapes    x: any number of axes, any strides, no size zero. out: at index i, out + sum_a i_a out_strides[a]. out may be x with
/// the same
///           strides; otherwise the two must not overlap.
/// Error     at most 0.8 ulp on every level (0.9 where the result is subnormal); the same bits for any number of threads, layout,
/// alignment and neighbours, and on every level
///           with FMA.
/// Numbers   e^+-0 = 1, e^inf = inf, e^-inf = 0, NaN gives NaN. Results below the normal range are subnormal, rounded once.
/// Overflow and
///           underflow raise their flags; nothing else does.
/// Cost      about 25 flops per element, one read, one write.
/// Failure   Interrupted.
template <class T>
void exp(ArrayView<const T> x, T* out, const std::ptrdiff_t* out_strides, int threads);

}  // namespace mlmath
