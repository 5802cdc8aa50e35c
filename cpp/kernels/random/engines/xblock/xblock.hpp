// SPDX-License-Identifier: BSD-3-Clause
// XBlock: a random stream that is a pure function of key and position. Contract.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

/// out[i] = word(position + i), i < n, positions modulo 2^64.
///
/// Definition  word(p), with block b = p / 8192, step t = p mod 8192 / 16, lane l = p mod 16, is output t + 1 of xoshiro256++
///             [Blackman2021] from the state Threefry4x64-20(key, (b, l, jump, 0)) [Salmon2011]; an all-zero state becomes
///             (1, 0, 0, 0).
/// Result      the same bits on every level, for any number of threads, alignment, and way of splitting [position, position + n).
/// Cost        about 10 integer operations on 16 lanes per 16 words. Reaching a position in a block: at most 511 steps, about 1
///             us.
/// Failure     Interrupted.
void xblock_words(const StreamKey& key, std::uint64_t position, std::uint64_t* out, std::ptrdiff_t n, int threads);

}  // namespace mlmath
