// SPDX-License-Identifier: BSD-3-Clause
// log: natural logarithm of every element. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// out[i] = log x[i].
///
/// Shapes    as in exp.hpp.
/// Error     at most 0.9 ulp on every level; the same bits for any number of threads, layout, alignment and neighbours, and on
/// every level
///           with FMA.
/// Numbers   log 1 = +0, log inf = inf, log +-0 = -inf ("divide by zero"), log of a negative number is NaN ("invalid"), NaN gives
/// NaN.
///           Subnormal operands as all others.
/// Cost      about 25 flops and a division per element, one read, one write.
/// Failure   Interrupted.
template <class T>
void log(ArrayView<const T> x, T* out, const std::ptrdiff_t* out_strides, int threads);

}  // namespace mlmath
