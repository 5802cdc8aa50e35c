// SPDX-License-Identifier: BSD-3-Clause
// normal: the normal (Gaussian) law by the Box-Muller transform. Contract.
#pragma once
#include "kernels/random/distributions/normal/normal_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// How normals use their unit.
template <class T>
constexpr UnitUse normals_use = sizeof(T) == 8 ? UnitUse::pairs : UnitUse::half_pairs;

/// out[i] = loc + scale * z_i with z_i standard normal.
///
/// Definition  Of two independent uniforms, u in (0, 1) and an angle, sqrt(-2 ln u) times the angle's cosine and sine are two
///             independent standard normals [BoxMuller1958]. The stream is cut at fixed steps of 16 words.
///             double: radius j from word j, angle j from word 8 + j (j < 8); elements j and 8 + j of the step are the pair.
///               u = (w + 1/2) 2^-64; a = (2 floor(w / 2^13) + 1) 2^-52 - 1/2, the point (cos(pi a / 2), sin(pi a / 2)), its
///               cosine negated when bit 0 of w is set, the two exchanged when bit 1 is set.
///             float: the same with the 32 halves h of a step: radius j from half j, angle j from half 16 + j (j < 16), elements j
///               and 16 + j. u = (h + 1/2) 2^-32, but for h < 2^10 the 64 bits h, e make u = (2^32 h + e | 1) 2^-64, where e is
///               the upper half of extra word 0 (h a low half) or 1 (h a high half) of h's word: Threefry4x64-20(key, (word, 1,
///               jump, 1)). a = (4 floor(h / 4) + 2) 2^-32, h taken as a signed number.
///             Functions are evaluated by the textbook's operations in its order: that is part of the definition.
/// Tails       |z| <= sqrt(130 ln 2) = 9.4926 (float: sqrt(128 ln 2) = 9.42); P(|Z| > 9.4926) = 2e-21.
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split: only +, -, *, fma, sqrt are used,
///             each rounded once. loc + scale * z is rounded twice, as NumPy does.
/// Error       z against the exact transform of its words: relative 2^-46 (double), 6 * 2^-24 (float).
/// Cost        about 5 vector operations per element; compute-bound.
template <class T>
class NormalLaw final : public Law {
public:
    explicit NormalLaw(NormalParameters<T> parameters) : Law(sizeof(T) / 4, sizeof(T), normals_use<T>), parameters_(parameters) {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;
    bool fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, void* out,
              bool streaming) const override;

private:
    NormalParameters<T> parameters_;
};

/// Parameters (loc, scale) of each element.
template <class T>
const LawOfArrays& normal_of_arrays();

}  // namespace mlmath
