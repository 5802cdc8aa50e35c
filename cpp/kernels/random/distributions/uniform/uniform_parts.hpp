// SPDX-License-Identifier: BSD-3-Clause
// uniform: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

template <class T>
struct UniformParameters {
    T low, range;  // 0 and 1: the unit interval, no further arithmetic
};

// Elements of one block, and elements of whole steps whose words are given. Each level provides both; uniform.cpp picks the active
// table.
template <class T>
struct UniformFunctions {
    void (*fill)(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, T* out, bool streaming,
                 const UniformParameters<T>& parameters);
    void (*convert)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                    const UniformParameters<T>& parameters);
    void (*convert_each)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                         const double* const* parameters);
};
struct UniformKernels {
    UniformFunctions<double> f64;
    UniformFunctions<float> f32;
};

}  // namespace mlmath
