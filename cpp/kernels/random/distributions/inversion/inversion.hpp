// SPDX-License-Identifier: BSD-3-Clause
// inversion: laws whose elements are one function of one uniform number: the inverse of the distribution function. Contract.
#pragma once
#include "kernels/random/distributions/inversion/inversion_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// out[i] = F^-1(u_i) with u_i uniform on (0, 1), one word or, for floats, half a word each.
///
/// Definition  double: u = (w + 1/2) 2^-64 of word w. float: u = (h + 1/2) 2^-32 of half h; f = min(h, 2^32 - 1 - h) < 2^10 is
///             continued by 32 bits e, and the distance of u from its nearer end is (2^32 f + e | 1) 2^-64, where e is the upper
///             half of extra word 0 (h a low half) or 2 (h a high half) of h's word: Threefry4x64-20(key, (word, 1, jump,
///             domain)), domain 16 for the exponential law, 20 for the others. With E = -ln u:
///               standard_exponential   E                        exponential   scale E
///               rayleigh   scale sqrt(2 E)                      gumbel        loc - scale ln E
///               laplace    loc + scale s E', s = -1, E' = -ln 2u for u < 1/2; s = 1, E' = -ln 2(1 - u) otherwise
///               logistic   loc + scale ln(u / (1 - u))          cauchy        tan(pi (u - 1/2))
///               weibull    E^(1/a), 0 for a = 0                 pareto        e^(E/a) - 1               power   e^(-E/a)
///               triangular left + sqrt(u (mode - left)(right - left)) while u <= (mode - left)/(right - left),
///                          right - sqrt((1 - u)(right - mode)(right - left)) beyond
///             Functions are evaluated by the operations of inversion_laws.hpp: that is part of the definition.
/// Tails       E is between 2^-65 and 65 ln 2 = 45.05: never 0, no end is cut at 53 bits. (Float: 2^-65 to 64 ln 2.)
/// Parameters  valid (checked before). NaN gives NaN. Results too large are infinite, too small 0, where NumPy's are.
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split; parameters of each element give what
///             the same numbers give for all.
/// Error       relative to the exact function of u, before location and scale: double 2^-46, weibull, pareto and power 2^-45 for
///             a >= 0.01 (2^-51 / a below); absolute where the result is below 1 for gumbel, whose zero is inside. float 4 *
///             2^-24, cauchy 8 * 2^-24, gumbel as before; weibull, pareto, power and triangular are rounded once from double.
/// Cost        one logarithm: about 13 multiplications for 8 doubles on AVX-512. Compute-bound.
template <class T>
class InversionLaw final : public Law {
public:
    InversionLaw(Inversion law, InversionParameters parameters)
        : Law(sizeof(T) / 4, sizeof(T)), law_(law), parameters_(parameters) {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;
    bool fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, void* out,
              bool streaming) const override;

private:
    Inversion law_;
    InversionParameters parameters_;
};

/// Parameters of each element.
template <class T, Inversion L>
const LawOfArrays& inversion_of_arrays();

}  // namespace mlmath
