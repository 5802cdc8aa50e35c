// SPDX-License-Identifier: BSD-3-Clause
// integers: whole numbers equally likely in an interval, without any bias. Contract.
#pragma once
#include "kernels/random/distributions/integers/integers_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// low .. last, each with probability 1 / span, span = last - low + 1 <= 2^64, as elements of 1, 2, 4 or 8 bytes.
///
/// Definition  A piece x of k bits gives low + floor(x span / 2^k), unless x span mod 2^k < 2^k mod span: then exactly
///             floor(2^k / span) pieces are left for each value [Lemire2019]. A rejected piece is replaced by extra words
///             (integers_textbook.hpp), which are used in the same way with k = 64.
///             k is the smallest of 8, 16 (elements of 1 byte), 16, 32 (2 bytes), 32, 64 (4 bytes), 32, 64, 128 (8 bytes) with
///             span <= 2^k that rejects at most one piece in 256 (2^k mod span <= 2^(k-8)).
///             Powers of two reject nothing, and the product is then a shift: the upper bits of the piece.
/// Places      Elements of 4 and 8 bytes: a half (k = 32), a word (k = 64) or two words (k = 128; laid out as law.hpp says for 4
///             halves, the lower word in the first step) of the stream each.
///             Elements of 1 and 2 bytes: an item of the law is one whole word, 64 / k elements, lowest piece first. A draw takes
///             ceil(n k / 64) whole words; pieces of the last word that are not asked for are lost.
/// Result      the same bits on every level, for any number of threads, alignment and split (at multiples of 64 / k for elements
///             of 1 and 2 bytes).
/// Error       none: the law is exact for ideal words.
/// Cost        memory for elements of 8 bytes; 1/8 word per byte of full range.
class IntegerLaw final : public Law {
public:
    IntegerLaw(int bytes_of_element, std::uint64_t low, std::uint64_t last);
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;

    /// Elements of an item: more than one for 1 and 2 bytes.
    int per_item() const { return item_bytes / element_bytes; }
    const int element_bytes;

private:
    explicit IntegerLaw(int bytes_of_element, const IntegerParameters& parameters);
    IntegerParameters parameters_;
};

/// Parameters low, low + span modulo 2^64 of each element: the bits of 64-bit integers in place of doubles. Each element takes one
/// word (k = 64), whatever its size: values are not those of scalar bounds where these take pieces of words. `bytes_of_element`:
/// 1, 2, 4, 8.
const LawOfArrays& integers_of_arrays(int bytes_of_element);

}  // namespace mlmath
