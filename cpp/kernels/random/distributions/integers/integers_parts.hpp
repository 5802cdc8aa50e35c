// SPDX-License-Identifier: BSD-3-Clause
// integers: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

/// low .. low + span - 1, modulo 2^64. Everything else follows from span and the element's size.
struct IntegerParameters {
    std::uint64_t low;
    std::uint64_t span;            // 0 stands for 2^64
    std::uint64_t threshold;       // 2^bits mod span: pieces whose product leaves less than this are rejected
    std::uint64_t redo_threshold;  // 2^64 mod span: the same for extra words
    int bits;                      // of a piece
};

// Elements of 1, 2, 4, 8 bytes are rows 0 to 3; signs make no difference modulo 2^(8 bytes).
//
// convert[row][0] takes the row's short pieces (8, 16, 32, 32 bits), convert[row][1] its long ones (16, 32, 64, 64 bits), in units
// of one step of 16 words; convert_pairs takes two words for each element of 8 bytes, in units of two steps. `out` has any
// address. convert_each takes one word per element, whatever its size; parameters[0] and [1] hold the bits of low and of low +
// span, modulo 2^64, in place of doubles.
struct IntegerKernels {
    void (*convert[4][2])(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* out,
                          const IntegerParameters& parameters);
    void (*convert_pairs)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* out,
                          const IntegerParameters& parameters);
    void (*convert_each[4])(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* out,
                            const double* const* parameters);
};

}  // namespace mlmath
