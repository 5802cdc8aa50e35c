// SPDX-License-Identifier: BSD-3-Clause
// bernoulli: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

struct BernoulliParameters {
    std::uint64_t threshold;  // floor(p 2^64)
    bool always;              // p = 1
};

// Elements of whole steps whose words are given: 32 a step. parameters[0] of convert_each is p.
template <class T>
struct BernoulliFunctions {
    void (*convert)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                    const BernoulliParameters& parameters);
    void (*convert_each)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                         const double* const* parameters);
};
struct BernoulliKernels {
    BernoulliFunctions<std::uint8_t> u8;
    BernoulliFunctions<float> f32;
    BernoulliFunctions<double> f64;
};

}  // namespace mlmath
