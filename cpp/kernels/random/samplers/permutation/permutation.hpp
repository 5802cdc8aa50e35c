// SPDX-License-Identifier: BSD-3-Clause
// permutation: random orders, of indices and of data. Contract, and the definition of the order.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

// The order pi_n of n elements from word p of the stream on (part of stream_version 1). Every order is equally likely.
//
//   buckets     K = 2^b with b = permutation_bits(n), a function of n alone.
//   labels      when b > 0: element i of the result has the label l_i, the lowest b bits of quarter i mod 4 (16 bits, lowest
//               first) of word p + i / 4. c_k is the number of labels k, s_k = c_0 + ... + c_{k-1}: bucket k is the range
//               [s_k, s_k + c_k) of the input.
//   dice        place q of the input, the i-th of its bucket (from 0), has the die j_q, equally likely in 0 .. i: the upper half
//               of h (i + 1) with h half q mod 2 of word d + q / 2, d = p + ceil(n / 4) (b = 0: d = p). When the lower half is
//               less than 2^32 mod (i + 1), the product with 64 bits takes its place, of words from extra_words(d + q / 2,
//               attempt, domain_permutation): x[0] for the lower half, x[2] for the upper; attempts 1, 2, ... until the lower half
//               of the product is at least 2^64 mod (i + 1).
//   in a bucket sigma is made from the identity by exchanging places i and j_q for i = 0, 1, ... [Durstenfeld1964].
//   merge       the result takes, for i = 0, 1, ..., the next element of bucket l_i: when i is the r-th with the label k,
//               pi_n(i) = s_k + sigma_k(r)  [Rao1961], [Sandelius1962], backwards.
//
// Given the counts every sequence of labels is equally likely, and so is every order of each bucket; n! / (c_0! c_1! ...)
// sequences times c_0! c_1! ... orders are n! results.

/// The b of n: 0 up to 2^18 elements, then the least b (at most 16) with n / 2^b < 2^15. See permutation.cpp for the reasons.
int permutation_bits(std::ptrdiff_t n);

/// Whole words of the stream that an order of n elements takes: ceil(n / 4) for labels (b > 0) and ceil(n / 2) for dice; none for
/// n < 2.
std::uint64_t permutation_words(std::ptrdiff_t n, int bits);

/// Where a permutation stands in the stream, and in how many buckets it is made (bits: permutation_bits(n), another number in
/// tests).
struct PermutationDraw {
    StreamKey key;
    std::uint64_t word;
    int bits;
};

/// out[i] = pi_n(i).
///
/// Result   the same for any number of threads, on every level.
/// Memory   2 to 4 bytes an element beside out.
/// Failure  Interrupted, bad_alloc.
void permutation_indices(const PermutationDraw& draw, std::int64_t* out, std::ptrdiff_t n, int threads);

/// out[i] = in[pi_n(i)] for items of item_bytes bytes, contiguous, of any alignment. `in` and `out` are apart, or the same.
///
/// Memory   as much again as `out` holds, unless b = 0.
/// Failure  bad_alloc before anything is changed; Interrupted, after which `out` is `in` (when the same: in the old or in the new
///          order), never anything between.
void permutation_items(const PermutationDraw& draw, const void* in, void* out, std::ptrdiff_t n, std::ptrdiff_t item_bytes,
                       int threads);

/// Each of `rows` rows of n items, contiguous, in an order of its own, in place: row r has permutation_words(n) words from
/// word + r permutation_words(n) on.
///
/// Failure  as above, row by row.
void permutation_rows(const PermutationDraw& draw, void* data, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t item_bytes,
                      int threads);

/// An order of few elements (permutation_small at most) from its words, which start at words[0]. `data`: items in place.
constexpr std::ptrdiff_t permutation_small = 1024;
void permutation_small_indices(const PermutationDraw& draw, const std::uint64_t* words, std::int64_t* out, std::ptrdiff_t n);
void permutation_small_items(const PermutationDraw& draw, const std::uint64_t* words, void* data, std::ptrdiff_t n,
                             std::ptrdiff_t item_bytes);

}  // namespace mlmath
