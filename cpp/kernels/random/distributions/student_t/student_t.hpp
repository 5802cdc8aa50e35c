// SPDX-License-Identifier: BSD-3-Clause
// student_t: Student's t law by Bailey's polar transform. Contract.
#pragma once
#include "kernels/random/distributions/student_t/student_t_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// out[i] of density proportional to (1 + t^2 / df)^(-(df + 1) / 2).
///
/// Definition  t = sqrt(df (u^(-2/df) - 1)) cos(phi) of two independent uniforms is Student's t, exactly and for every df > 0
///             [Bailey1994]: no gamma, no rejection. (The sine is a second t, but not independent of it: one element each.) Two
///             words an element: u = (w + 1/2) 2^-64 from the first step of the unit, the angle from the second, as the normal law
///             makes its own (normal.hpp, double), of the pair the first. With x = -2 ln u / df the radius is
///             sqrt(df (e^x - 1)); where df < 1/4, sqrt(df (1 - e^-x)) e^(x/2). df is taken as 2^60 beyond that: infinity gives
///             the normal law (NumPy gives NaN there).
///             float: the double, rounded.
/// Parameters  df > 0, or NaN (gives NaN). Values beyond the range are infinite, as they are for df < 0.06 at times.
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split; arrays give the bits of scalars.
/// Error       against the exact map: relative 2^-45 (1 + x).
/// Cost        about 13 instructions per element on AVX-512, compute-bound.
template <class T>
LawOf<T, StudentTParameters> student_t_law(double df);

/// The parameter (df) of each element.
template <class T>
const LawOfArrays& student_t_of_arrays();

}  // namespace mlmath
