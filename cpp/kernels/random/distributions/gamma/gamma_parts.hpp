// SPDX-License-Identifier: BSD-3-Clause
// gamma: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

struct GammaParameters {
    double shape, scale;
};

constexpr int gamma_halves = 4;
constexpr int gamma_tile_elements = 512;  // of a driver's tile, 64 steps
constexpr double gamma_third = 0x1.5555555555555p-2;
// From this d on the first candidate is taken: one in 2^40 would be refused, and rounding of d (1 - v + ln v) would decide which.
constexpr double gamma_never_refused = 0x1p40;

template <class T>
struct GammaLawFunctions {
    void (*convert)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                    const GammaParameters& parameters);
    using Each = void (*)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                          const double* const* parameters);
    Each convert_each, standard_each, chisquare_each;
};
struct GammaLawKernels {
    GammaLawFunctions<double> f64;
    GammaLawFunctions<float> f32;
};

}  // namespace mlmath
