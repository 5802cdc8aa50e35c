// SPDX-License-Identifier: BSD-3-Clause
// exp, the ladder: the steps between the definition and the production kernel, each a real function. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// y[i] = e^x[i]; x and y of the same size, not overlapping. Numbers as the formulas give them: only the last two rungs treat
// overflow, subnormal results, infinities and NaN as exp.hpp says. All run on the calling thread: `threads` is there for the
// production signature. u = eps/2.

/// Rung 1: the Taylor series at 0 until it no longer changes. Relative error about (2 |x| + 4) u e^(|x| - x): for negative x the
/// terms cancel, and from x = -37 on nothing is left.
template <class T>
void exp_naive(VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 2: x = n ln 2 + r, the series on |r| <= ln(2)/2, times 2^n. n ln 2 is rounded like any product: relative error about |x|
/// eps.
template <class T>
void exp_range_reduction(VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 3: ln 2 in two parts, so that r keeps all its bits [Cody1980]; a polynomial fitted to the interval [Muller2018] instead of
/// the series; 1 + r added without loss. At most 0.8 ulp.
template <class T>
void exp_polynomial(VectorView<const T> x, VectorView<T> y, int threads);

/// Rung 4: whole registers of the active level; a table of eight powers of two and a shorter polynomial. Special values. One
/// thread.
template <class T>
void exp_simd(VectorView<const T> x, VectorView<T> y, int threads);

}  // namespace mlmath::ladder
