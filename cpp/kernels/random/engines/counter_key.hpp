// SPDX-License-Identifier: BSD-3-Clause
// The counter-based engines: where a word stands, and the key of the extra words. Contract; all of it is part of the stream.
#pragma once
#include <cstdint>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

// A counter-based engine is a function of a key and a counter c of 256 bits to a block of 4 words. Word w of the whole is word w
// mod 4 of block w / 4, w in [0, 2^258). NumPy adds one to the counter before it makes a block, so a new generator with counter c
// stands at w = 4 (c + 1).
//
// Constraint: places in a stream are 64 bits wide (draw, extra words), and must not depend on where a generator was started or its
//   state was stored: a stored state has a counter and nothing else.
// Decision: the place is p = w mod 2^64, signed; what is left of w is the segment: C = 2^62 round(w / 2^64) is its middle, and
//     word p = word p mod 4 of block C + floor(p / 4),   -2^63 <= p < 2^63.
//   The middle, because counters that people choose (0, 2^64 - 1, multiples of 2^128) lie near multiples of 2^62: streams from
//   there do not meet the end of a segment, behind which they would begin again at its other end.

/// The stream with this key (Philox takes the first two words) in the segment around counter `middle`, a multiple of 2^62; words
/// of 64 bits, lowest first.
///
/// Extra words are those of Threefry4x64-20 as for XBlock, jump 0, under the key
///     T(T(a, k), (C_0 + e, C_1, C_2, C_3)),   T(key, counter) = Threefry4x64-20,
/// k the engine's key (zeros behind Philox's two words), e = 1 for Philox and 2 for Threefry, a the bytes of "mlmath_native: extra
/// words' keys": unrelated to the bulk words, which use the key k itself, and to those of other keys, engines and segments.
StreamKey counter_stream_key(Engine engine, const std::uint64_t (&key)[4], const std::uint64_t (&middle)[4]);

/// counter <- the counter of the block that holds the first word of a step (16 words, 4 blocks). The four blocks, and all those of
/// steps on the same side of the middle, differ from it in the lowest word alone.
void counter_of_step(const StreamKey& key, std::uint64_t step, std::uint64_t (&counter)[4]);

/// What each level provides for a counter-based engine: the words of `steps` steps, whose first block has this counter. The lowest
/// word of the counter does not overflow.
struct CounterKernels {
    void (*words)(const std::uint64_t (&key)[4], const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* words);
};

/// The same by the active level's kernel of the stream's engine, from step `step` of the stream on: steps on one side of the
/// middle.
void counter_words(const StreamKey& key, std::uint64_t step, std::ptrdiff_t steps, std::uint64_t* words);

}  // namespace mlmath
