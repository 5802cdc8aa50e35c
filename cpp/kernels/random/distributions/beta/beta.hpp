// SPDX-License-Identifier: BSD-3-Clause
// beta, F: quotients of two gammas. Contract.
#pragma once
#include "kernels/random/distributions/beta/beta_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// beta: out[i] = G_a / (G_a + G_b).   F: out[i] = (G_m / m) / (G_n / n) with shapes a = m / 2, b = n / 2, m = dfnum, n = dfden.
///
/// Definition  Four words an element: steps 0 and 1 of its unit are the words A, B of the gamma of shape a, steps 2 and 3 those of
///             shape b (gamma.hpp); extra words of domain 17 for the first, 5 for the second, both at the place of the word in
///             step 0. Where both shapes are 1 and more, quotients: (G_a / 2) / (G_a / 2 + G_b / 2), and G_a / G_b * (n / m).
///             Elsewhere x = ln(g_a / g_b) - (E_a / a - E_b / b), g and E as in gamma.hpp (E / shape for shapes below 1, else 0;
///             shape 1 by rejection too), which stays in range where G_a / G_b does not: 1 / (1 + e^-x), and e^(x + ln(n / m)).
///             Parameters both below 2^-512 are multiplied by 2^512 first. g_a / g_b and n / m are kept within the normal numbers.
///             float: the double, rounded.
/// Parameters  positive, or NaN (gives NaN). Tiny ones do not become 0/0: a beta is then 0 or 1, 1 with probability a / (a + b).
///             The algorithm depends on the element's parameters only: arrays give the bits of scalars.
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split.
/// Error       against the exact map: relative 2^-44 where both shapes are 1 and more; elsewhere of x, 2^-44 (1 + |x|).
/// Cost        two gammas and a division; by logarithms about twice that.
template <class T>
LawOf<T, BetaParameters> beta_law(double a, double b);
template <class T>
LawOf<T, BetaParameters> f_law(double dfnum, double dfden);

/// Parameters (a, b), and (dfnum, dfden), of each element.
template <class T>
const LawOfArrays& beta_of_arrays();
template <class T>
const LawOfArrays& f_of_arrays();

}  // namespace mlmath
