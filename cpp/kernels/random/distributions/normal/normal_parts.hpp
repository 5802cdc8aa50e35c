// SPDX-License-Identifier: BSD-3-Clause
// normal: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

template <class T>
struct NormalParameters {
    T loc, scale;  // 0 and 1: the standard normal law, no further arithmetic
};

// Elements of one block, and elements of whole steps whose words are given (the first of them being step `step` of `block`). Each
// level provides both; normal.cpp picks the active table.
template <class T>
struct NormalFunctions {
    void (*fill)(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, T* out, bool streaming,
                 const NormalParameters<T>& parameters);
    void (*convert)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                    const NormalParameters<T>& parameters);
    void (*convert_each)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                         const double* const* parameters);
};
struct NormalKernels {
    NormalFunctions<double> f64;
    NormalFunctions<float> f32;
};

}  // namespace mlmath
