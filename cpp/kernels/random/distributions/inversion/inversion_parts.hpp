// SPDX-License-Identifier: BSD-3-Clause
// inversion: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

/// The laws; beside each its parameters, in order.
enum class Inversion : int {
    standard_exponential,
    exponential,  // scale
    rayleigh,     // scale
    gumbel,       // loc, scale
    laplace,      // loc, scale
    logistic,     // loc, scale
    cauchy,
    weibull,     // a
    pareto,      // a
    power,       // a
    triangular,  // left, mode, right
};
constexpr int inversion_count = 11;
constexpr int inversion_parameters[inversion_count] = {0, 1, 1, 2, 2, 2, 0, 1, 1, 1, 3};

struct InversionParameters {
    double values[3];
};

// Elements of one block (nullptr for laws that have none), and elements of whole units whose words are given. Each level provides
// them for each law; inversion.cpp picks the active table.
template <class T>
struct InversionFunctions {
    void (*fill)(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, T* out, bool streaming,
                 const InversionParameters& parameters);
    void (*convert)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                    const InversionParameters& parameters);
    void (*convert_each)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                         const double* const* parameters);
};
struct InversionKernels {
    InversionFunctions<double> f64[inversion_count];
    InversionFunctions<float> f32[inversion_count];
};

// A half less than this far from an end of its range is continued by 32 extra bits (inversion.hpp).
constexpr unsigned inversion_f32_tail = 1u << 10;

}  // namespace mlmath
