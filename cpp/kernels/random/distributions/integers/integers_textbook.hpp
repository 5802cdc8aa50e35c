// SPDX-License-Identifier: BSD-3-Clause
// integers, textbook: one element from its piece of a word. Oracle of the tests; draws of one number at a time run it.
#pragma once
#include "kernels/random/distributions/integers/integers_parts.hpp"
#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

__extension__ typedef unsigned __int128 uint128;

/// 2^bits mod span.
inline std::uint64_t remainder_of_power(int bits, std::uint64_t span) {
    if (span == 0) return 0;
    if (bits < 64) return (std::uint64_t(1) << bits) % span;
    const std::uint64_t of_64 = (0 - span) % span;
    return bits == 64 ? of_64 : static_cast<std::uint64_t>(uint128(of_64) * of_64 % span);
}

/// Bits of a piece for elements of this many bytes (integers.hpp): the fewest with room for span of which at most 1/256 are
/// rejected.
inline int integer_bits(int item_bytes, std::uint64_t span) {
    int bits = item_bytes == 8 ? 32 : 8 * item_bytes;
    for (; bits < 128; bits *= 2) {
        const std::uint64_t few = std::uint64_t(1) << (bits - 8);
        if (bits < 64 && (span == 0 || span > std::uint64_t(1) << bits)) continue;
        // A remainder is less than its divisor: the division is for large spans only.
        if (span <= few || remainder_of_power(bits, span) <= few) break;
    }
    return bits;
}

inline IntegerParameters integer_parameters(int item_bytes, std::uint64_t low, std::uint64_t last) {
    const std::uint64_t span = last - low + 1;
    const int bits = integer_bits(item_bytes, span);
    return {low, span, remainder_of_power(bits, span), remainder_of_power(64, span), bits};
}

/// Pieces of `bits` bits, the lowest of a word first: a multiply-shift with rejection [Lemire2019]. Piece number j of 64 / bits of
/// word `place` is rejected when x span mod 2^bits < 2^bits mod span; then the same is done with whole extra words, numbers
/// j + 64 / bits, ... of the word's extra words, until one is accepted. Number e is word e mod 4 of attempt 1 + e / 4.
inline std::uint64_t integer(const StreamKey& key, std::uint64_t place, int piece, std::uint64_t x, std::uint64_t low,
                             std::uint64_t span, int bits) {
    if (span == 0) return low + x;
    const uint128 product = uint128(x) * span, rest = product & ((uint128(1) << bits) - 1);
    // A remainder is less than its divisor: most elements need no division.
    if (rest >= span || rest >= remainder_of_power(bits, span)) return low + static_cast<std::uint64_t>(product >> bits);
    const std::uint64_t threshold = remainder_of_power(64, span);
    for (std::uint64_t e = static_cast<std::uint64_t>(piece);; e += static_cast<std::uint64_t>(64 / bits)) {
        std::uint64_t extra[4];
        xblock_extra_words(key, place, 1 + e / 4, domain_integers, extra);
        const uint128 again = uint128(extra[e % 4]) * span;
        if (static_cast<std::uint64_t>(again) >= threshold) return low + static_cast<std::uint64_t>(again >> 64);
    }
}

/// Of the 128 bits of two words, `word` the lower one, the first of them standing at `place`.
inline std::uint64_t integer_of_pair(const StreamKey& key, std::uint64_t place, std::uint64_t word, std::uint64_t upper_word,
                                     std::uint64_t low, std::uint64_t span) {
    const uint128 first = uint128(word) * span, second = uint128(upper_word) * span + static_cast<std::uint64_t>(first >> 64);
    // The product has 192 bits: second and the lower half of first.
    if (static_cast<std::uint64_t>(second) != 0 || static_cast<std::uint64_t>(first) >= remainder_of_power(128, span))
        return low + static_cast<std::uint64_t>(second >> 64);
    for (std::uint64_t e = 0;; ++e) {
        std::uint64_t extra[4];
        xblock_extra_words(key, place, 1 + e / 4, domain_integers, extra);
        const uint128 again = uint128(extra[e % 4]) * span;
        if (static_cast<std::uint64_t>(again) >= remainder_of_power(64, span)) return low + static_cast<std::uint64_t>(again >> 64);
    }
}

/// Piece number j of a word.
inline std::uint64_t piece_of(std::uint64_t word, int bits, int piece) {
    return bits == 64 ? word : word >> (piece * bits) & ((std::uint64_t(1) << bits) - 1);
}

}  // namespace mlmath::textbook
