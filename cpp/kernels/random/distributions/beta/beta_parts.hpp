// SPDX-License-Identifier: BSD-3-Clause
// beta: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

// (a, b) of the beta law, (dfnum, dfden) of the F law.
struct BetaParameters {
    double first, second;
};

constexpr int beta_halves = 8;
// Where both shapes are below this they are multiplied by its inverse: quotients E / shape stay finite, results are 0 or 1 either
// way.
constexpr double beta_tiny = 0x1p-512;

template <class T>
struct BetaFunctions {
    using Convert = void (*)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                             const BetaParameters& parameters);
    using Each = void (*)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                          const double* const* parameters);
    Convert beta, f;
    Each beta_each, f_each;
};
struct BetaKernels {
    BetaFunctions<double> f64;
    BetaFunctions<float> f32;
};

}  // namespace mlmath
