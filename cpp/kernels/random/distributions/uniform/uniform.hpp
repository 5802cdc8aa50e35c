// SPDX-License-Identifier: BSD-3-Clause
// uniform: real numbers equally likely anywhere in an interval. Contract.
#pragma once
#include "kernels/random/distributions/uniform/uniform_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// out[i] = low + range * u_i with u_i uniform on [0, 1).
///
/// Definition  double: u_i = floor(w / 2^11) 2^-53 of the 64-bit word w at start + i; float: u_i = floor(h / 2^8) 2^-24 of the
///             32-bit half h at start + i, the low half of a word first. Product and sum are rounded one after the other, as NumPy
///             does, so low + range itself can come out by rounding; with low = 0, range = 1 it cannot.
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split.
/// Error       0.5 ulp of range * u and 0.5 ulp of the sum.
/// Cost        memory: beyond the caches the rate of non-temporal stores.
template <class T>
class UniformLaw final : public Law {
public:
    explicit UniformLaw(UniformParameters<T> parameters) : Law(sizeof(T) / 4, sizeof(T)), parameters_(parameters) {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;
    bool fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, void* out,
              bool streaming) const override;

private:
    UniformParameters<T> parameters_;
};

/// Parameters low, high of each element; range = high - low.
template <class T>
const LawOfArrays& uniform_of_arrays();

}  // namespace mlmath
