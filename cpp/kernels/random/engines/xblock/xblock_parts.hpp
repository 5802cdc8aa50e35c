// SPDX-License-Identifier: BSD-3-Clause
// XBlock: the numbers that define the stream, and what drivers and per-level units agree on.
#pragma once
#include <cstddef>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

// All of these are part of the stream's definition (stream_version 1) and may never change.
//
// Constraint: the values must not depend on the register width or on how a call is split, yet the lanes must fill the widest
//   register often enough to hide the generator's dependency chain (about 5 operations a step).
// Arithmetic: 16 lanes of 64 bits are two 64-byte registers, two independent chains; a step is two cache lines.
// Decision: 16 virtual lanes on every level; narrower registers run them in several passes.
constexpr int xblock_lanes = 16;
// Constraint: any position must be reachable at once, and starting a block must cost little beside running it.
// Arithmetic: seeding 16 lanes is 20 rounds of Threefry, about 300 vector operations on AVX-512; 512 steps are about 10 000. A
//   block of doubles is 64 KiB: also a good piece of work for one thread. Reaching the middle of a block costs at most 511 steps,
//   about 1 us.
// Decision: 512 steps, 8192 words.
constexpr int xblock_steps = 512;
constexpr std::uint64_t xblock_words_per_block = std::uint64_t(xblock_lanes) * xblock_steps;
constexpr std::uint64_t xblock_block_mask = ~std::uint64_t(0) / xblock_words_per_block;  // positions are modulo 2^64

/// xoshiro256++ states of the 16 lanes: s[j][l] is state word j of lane l.
struct alignas(64) XBlockLanes {
    std::uint64_t s[4][xblock_lanes];
};

// Each level provides these; a step is 16 words.
struct XBlockKernels {
    void (*seed)(XBlockLanes& lanes, const StreamKey& key, std::uint64_t block);
    void (*skip)(XBlockLanes& lanes, std::ptrdiff_t steps);
    void (*run)(XBlockLanes& lanes, std::ptrdiff_t steps, std::uint64_t* words);
    /// Words first .. first + count - 1 of one block.
    void (*fill)(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, std::uint64_t* out,
                 bool streaming);
};

}  // namespace mlmath
