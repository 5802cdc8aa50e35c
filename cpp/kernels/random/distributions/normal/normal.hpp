// SPDX-License-Identifier: BSD-3-Clause
// normal: the normal (Gaussian) law by the Box-Muller transform. Contract.
#pragma once
#include "kernels/random/distributions/normal/normal_parts.hpp"
#include "kernels/random/engines/xblock/xblock.hpp"

namespace mlmath {

/// out[i] = loc + scale * z_i with z_i standard normal.
///
/// Definition  From two independent uniforms u in (0, 1) and an angle: sqrt(-2 ln u) cos(angle) and sqrt(-2 ln u) sin(angle) are
///             two independent
///             standard normals [BoxMuller1958]. The stream is cut at fixed steps of 16 words.
///             double: radius r_j from word j, angle from word 8 + j (j < 8) of the step; element j of the step is the first,
///             element 8 + j the second of the pair. u = (w + 1/2) 2^-64. With a = (2 floor(w / 2^13) + 1) 2^-52 - 1/2: the point
///             (cos(pi a / 2), sin(pi a / 2)), its cosine negated when bit 0 of w is set, the two exchanged when bit 1 is set.
///             float: the same with the 32 halves of a step: radii from halves 0..15, angles from 16..31, element j and 16 + j; u =
///             (h + 1/2) 2^-32, and when h < 2^10 the 64 bits (h, e), e the upper half of extra word 0 (h in a low half) or 1 (in a
///             high half) of the radius' word, as u = (h 2^32 + e | 1) 2^-64; a = (4 floor(h / 4) + 2) 2^-32 of the half as a
///             signed number.
/// Tails       |z| <= 9.495 in both precisions, P(|Z| > 9.495) = 2e-21.
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split: only +, -, *, fma, sqrt are used, each
///             rounded
///             once, in one order. loc + scale * z is rounded twice, as NumPy does.
/// Error       double: relative error of z at most 2^-45; float: at most 4 ulp... of the transform of the given word.
/// Cost        about 5 vector operations per element; compute-bound.
/// Failure     Interrupted.
template <class T>
void normal(const XBlockKey& key, XBlockPosition start, T* out, std::ptrdiff_t n, NormalParameters<T> parameters, int threads);

/// The same for whole steps (16 words each) whose words the caller has, the first being step `step` of the stream: 128 / sizeof(T)
/// elements a step.
template <class T>
void normal_of_words(const XBlockKey& key, std::uint64_t step, const std::uint64_t* words, std::ptrdiff_t steps, T* out,
                     NormalParameters<T> parameters);

}  // namespace mlmath
