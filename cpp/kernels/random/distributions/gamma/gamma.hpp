// SPDX-License-Identifier: BSD-3-Clause
// gamma: the gamma law, and the chi-square law as one of its scales, by Marsaglia and Tsang's rejection. Contract.
#pragma once
#include "kernels/random/distributions/gamma/gamma_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// out[i] = scale * g_i, g_i of density x^(s-1) e^-x / Gamma(s), s the shape.
///
/// Definition  Two words an element: A_j and B_j from the first and the second step of 16 words of its unit. With s' = s, or s + 1
///             where s < 1, d = s' - 1/3, c = 1 / sqrt(9 d) [Marsaglia2000]:
///               attempt 0: z is normal number j of step A (normal.hpp, double); v = (1 + c z)^3. With b the upper 12 bits of B,
///                 d v is accepted when (b + 1) 2^-12 <= 1 - 0.0331 z^4; otherwise when v > 0 and
///                 -2 ln u + z^2 + 2 d (1 - v + ln v) > 0, u = (w + 1/2) 2^-64 with w = B; where s < 1, w = b and the lower 52
///                 bits of x_0 of attempt 0's extra words.
///               attempt a >= 1: z from radius x_0 and angle x_1 (the pair's first), u from x_2, judged by the second test alone;
///                 x = Threefry4x64-20(key, (place of A_j, a, jump, 4)).
///               d >= 2^40: candidates are never refused.
///             g = d v; where s < 1, times e^(-E/s), E = -ln u with u = (w + 1/2) 2^-64, w = B rotated left by 12 bits: the
///             exponential comes from the bits that the squeeze has not seen.
///             s = 1: g = E.
///             float: the double, rounded.
/// Parameters  shape, scale >= 0 or NaN (gives NaN). Shape 0 gives 0, infinity infinity. The algorithm depends on the shape only,
///             each element's own: arrays of shapes give the bits of scalars. chisquare(df) = gamma(df / 2, 2).
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split.
/// Error       against the exact map: relative 2^-45 (s >= 1); of ln g, 2^-45 (1 + |ln g|), for s < 1. No zero but by underflow.
/// Cost        about 9 instructions per element on AVX-512, compute-bound; one in 20 to 50 elements goes through the list.
template <class T>
LawOf<T, GammaParameters> gamma_law(double shape, double scale);

/// Parameters (shape, scale), (shape), and (df), of each element.
template <class T>
const LawOfArrays& gamma_of_arrays();
template <class T>
const LawOfArrays& standard_gamma_of_arrays();
template <class T>
const LawOfArrays& chisquare_of_arrays();

}  // namespace mlmath
