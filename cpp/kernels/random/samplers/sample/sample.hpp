// SPDX-License-Identifier: BSD-3-Clause
// sample: some of many items without replacement, all alike or with weights. Contract.
#pragma once
#include "kernels/random/engines/stream_key.hpp"
#include "kernels/random/samplers/sample/sample_parts.hpp"

namespace mlmath {

/// out[0 .. count): different numbers below `population`, every ordered selection as likely as any other.
///
/// Definition  Element i has word i from `start` on, and the words 0..3 of Threefry4x64-20(key, (place of that word, a, jump,
///             13)), a = 1, 2, ... behind it. A word w stands for floor(w population / 2^64), unless the low 64 bits of the
///             product are below 2^64 mod population [Lemire2019]. Element i is what the first of its words stands for that no
///             element before it has. So the first elements of a larger sample are the smaller sample.
/// Result      depends on key, start and population alone.
/// Shapes      0 <= count <= population / 2 < 2^62: more words would be needed than elements.
/// Cost        O(count): a place in a table, or a bit in a map where that is smaller. Allocates it: std::bad_alloc. Interrupted.
void sample(const StreamKey& key, std::uint64_t start, std::uint64_t population, std::int64_t* out, std::ptrdiff_t count);

/// The same law by another map, for large parts of the population.
///
/// Definition  The front of 0 .. population - 1 shuffled: element i is exchanged with element i + r_i, r_i below population - i
///             from the words of element i as above. So the first elements of a larger sample are the smaller sample.
/// Shapes      0 <= count <= population.
/// Cost        O(population) bytes and time for the numbers, O(count) for the exchanges. Allocates 4 (from 2^32 on 8) bytes a
///             number: std::bad_alloc. Interrupted.
void shuffled_front(const StreamKey& key, std::uint64_t start, std::uint64_t population, std::int64_t* out, std::ptrdiff_t count);

/// out[0 .. count): different indices below n in the order of successive sampling: each next one is i with probability p_i over
/// the sum of those not yet drawn [Efraimidis2006].
///
/// Definition  Item i has word i from `start` on, u = (w + 1/2) 2^-64, and the key -ln(u) / p_i: an exponential time at rate p_i.
///             The smallest keys in ascending order; of equal ones the smaller index.
/// Shapes      p: n numbers in [0, 1]; at least `count` above 0. Items with p = 0 have no key.
/// Result      the same on every level and for any number of threads.
/// Error       keys relative 2^-45: two within that may change places.
/// Cost        a logarithm and a division per item, on all threads. Allocates O(count): std::bad_alloc. Interrupted.
void weighted_sample(const StreamKey& key, std::uint64_t start, const double* p, std::ptrdiff_t n, std::int64_t* out,
                     std::ptrdiff_t count, int threads);

}  // namespace mlmath
