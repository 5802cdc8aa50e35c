// SPDX-License-Identifier: BSD-3-Clause
// variance, the ladder: the steps between the definition and the production kernel, each a real function. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// The population variance sum (x_i - mean)^2 / n of a vector of any stride, in its dtype; an empty one gives NaN. Sums are in the
// vector's dtype but for the last two rungs, which add in double. All but the last run on the calling thread: `threads` is there
// for the production signature. u = eps/2, kappa = root mean square / standard deviation; errors relative to the variance, to first
// order.

/// Rung 1: the definition: a pass for the mean, a pass for the deviations. Error n u + (n u kappa)^2 [Chan1983].
template <class T>
T variance_two_pass(VectorView<const T> x, int threads);

/// Rung 2: the formula with one pass, sum x^2 / n - mean^2. Error n u kappa^2: for kappa > 1 / sqrt(n u) no digit is right, and the
/// result may be negative [Chan1983].
template <class T>
T variance_one_pass(VectorView<const T> x, int threads);

/// Rung 3: mean and squares updated element by element [Welford1962]. Error n u kappa [Chan1983]; a division in every step.
template <class T>
T variance_welford(VectorView<const T> x, int threads);

/// Rung 4: chunks of 1024, each in two passes in L1, merged pairwise [Chan1983]; registers of the active level, one thread.
template <class T>
T variance_merged(VectorView<const T> x, int threads);

/// Rung 5: the production kernel on all threads.
template <class T>
T variance_threaded(VectorView<const T> x, int threads);

}  // namespace mlmath::ladder
