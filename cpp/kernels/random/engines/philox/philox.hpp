// SPDX-License-Identifier: BSD-3-Clause
// Philox4x64-10: blocks of four words as a function of key and counter. Contract. What stands where: counter_key.hpp.
#pragma once
#include "kernels/random/engines/counter_key.hpp"

namespace mlmath {

/// words[4 b + j] = x_j of block b, b < 4 steps: ten rounds on the counter x = (c_0 + b, c_1, c_2, c_3), with key (k_0, k_1),
///
///     x <- (hi(q) ^ x_1 ^ k_0, lo(q), hi(p) ^ x_3 ^ k_1, lo(p)),   p = 0xd2e7470ee14c6c93 x_0, q = 0xca5a826395121157 x_2,
///     k_0 += 0x9e3779b97f4a7c15, k_1 += 0xbb67ae8584caa73b after each (p, q of 128 bits; hi, lo their words) [Salmon2011].
///
/// Inputs   key: four words, of which two are used. The lowest word of the counter must not overflow (counter_of_step).
/// Result   numpy.random.Philox's words of these counters; the same bits on every level.
/// Cost     20 products of 64 x 64 bits a block: 0.6 ns a word on AVX-512 at 4 GHz, 1.5 on AVX2, 1.6 elsewhere.
void philox_words(const std::uint64_t (&key)[4], const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* words);

}  // namespace mlmath
