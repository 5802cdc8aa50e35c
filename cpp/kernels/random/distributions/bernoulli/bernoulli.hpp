// SPDX-License-Identifier: BSD-3-Clause
// bernoulli: true with probability p. Contract.
#pragma once
#include "kernels/random/distributions/bernoulli/bernoulli_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// out[i] = 1 with probability p, else 0, 0 <= p <= 1; T: std::uint8_t (also bool's bytes), float, double.
///
/// Definition  u_i < p with u_i = (h 2^32 + e) / 2^64: h is the 32-bit half of the stream at start + i, the low half of a word
///             first; e is the upper half of extra word 0 (low half) or 1 (high half) of attempt 1 of that word, looked at when h
///             = floor(p 2^32) only. The values are the same numbers for every T.
/// Shapes      out: n elements, contiguous.
/// Result      the same bits on every level, for any number of threads, alignment and split.
/// Error       the probability is floor(p 2^64) / 2^64: p itself for p >= 2^-11, within 2^-64 below; p = 1 is always true.
/// Cost        half a word, one comparison; one element in 2^32 needs extra words.
template <class T>
class BernoulliLaw final : public Law {
public:
    explicit BernoulliLaw(double p)
        : Law(1, sizeof(T)), parameters_{p < 1 ? static_cast<std::uint64_t>(p * 0x1p64) : ~std::uint64_t(0), p >= 1} {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;

private:
    BernoulliParameters parameters_;
};

/// Parameter p of each element.
template <class T>
const LawOfArrays& bernoulli_of_arrays();

}  // namespace mlmath
