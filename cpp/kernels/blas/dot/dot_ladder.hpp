// SPDX-License-Identifier: BSD-3-Clause
// dot, the ladder: the steps between the definition and the production kernel, each a real function. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// Shapes, strides, numbers and failures as in dot.hpp; every rung is within the textbook's bound, n eps sum |x_i y_i|.
// `threads` is there for the production signature; all of these run on the calling thread.

/// Rung 1: the definition.
template <class T>
T dot_textbook(VectorView<const T> x, VectorView<const T> y, int threads);

/// Rung 2: several sums at once, in plain scalar code.
template <class T>
T dot_lanes(VectorView<const T> x, VectorView<const T> y, int threads);

/// Rung 3: the active level's registers, on one thread. Rung 4, threads, is mlmath::dot.
template <class T>
T dot_simd(VectorView<const T> x, VectorView<const T> y, int threads);

}  // namespace mlmath::ladder
