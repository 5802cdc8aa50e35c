// SPDX-License-Identifier: BSD-3-Clause
// sum, the ladder: the steps between the definition and the production kernel, each a real function. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// Shapes and numbers as in sum.hpp; the result in the vector's dtype; an empty vector gives 0. All but the last run on the calling
// thread: `threads` is there for the production signature. u = eps/2.

/// Rung 1: one running sum. Error (n - 1) u sum |x_i| [Higham2002, sec. 4.2].
template <class T>
T sum_naive(VectorView<const T> x, int threads);

/// Rung 2: halves of halves. Error (log2(n) + 128) u sum |x_i| at most: runs of 128 are added one by one.
template <class T>
T sum_pairwise(VectorView<const T> x, int threads);

/// Rung 3: every addition's rounding error is computed and added at the end [Neumaier1974]. Error u |sum| + n^2 u^2 sum |x_i|.
template <class T>
T sum_compensated(VectorView<const T> x, int threads);

/// Rung 4: 32 lanes of double in the active level's registers, chunks pairwise, on one thread.
template <class T>
T sum_simd(VectorView<const T> x, int threads);

/// Rung 5: the production kernel on all threads.
template <class T>
T sum_threaded(VectorView<const T> x, int threads);

}  // namespace mlmath::ladder
