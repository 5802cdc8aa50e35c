// SPDX-License-Identifier: BSD-3-Clause
// Words beside the stream, addressed by element, attempt and law: what rejection takes instead of "the next word". For kernel
// units.
#pragma once
#include "kernels/random/engines/xblock/xblock_lanes.hpp"

namespace mlmath::MLMATH_LEVEL {

// x <- 256 bits for each of the elements whose first words stand at `place`: Threefry4x64-20(key, (place, attempt, jump, domain)).
// Elements of half a word share the place of their word: the low half takes x[0], x[1], the high half x[2], x[3].
MLMATH_INLINE void extra_words(const StreamKey& key, vec_u64 place, std::uint64_t attempt, std::uint64_t domain, vec_u64 (&x)[4]) {
    x[0] = place;
    x[1] = broadcast(attempt), x[2] = broadcast(key.jump), x[3] = broadcast(domain);
    threefry4x64_20(key.key, x);
}

// Where element i (0 .. 16 units - 1) of units of 16 elements, the first of them being unit `unit`, has its first word: elements
// of 2, 4, 8 halves take 1, 2, 4 steps of 16 words a unit.
MLMATH_INLINE vec_u64 place_of(std::uint64_t unit, int halves, vec_u64 i) {
    const auto stride = static_cast<std::uint64_t>(halves) * 8;  // words of a unit
    return broadcast(unit * stride) + (i >> 4) * broadcast(stride) + (i & broadcast<std::uint64_t>(15));
}

// Draws the elements in list[0 .. count) again until each is accepted.
//
// attempt(i, n, x): i[0 .. n) are the elements to try, n <= width (the rest of i repeats the last one), x their extra words; it
// stores the results of the accepted ones and returns their bits (bit l for i[l]).
//
// Constraint: few of a tile's elements are rejected, at places that cannot be foreseen; vectors want full registers.
// Decision: the indices of the rejected are gathered in a list; each round tries all of it, a register of elements at a time, and
//   keeps the rejected at its front. Which elements share a register has no influence on any of them.
template <class Attempt>
void draw_again(const StreamKey& key, std::uint64_t unit, int halves, std::uint64_t domain, std::uint32_t* list,
                std::ptrdiff_t count, Attempt attempt) {
    constexpr int w = width<std::uint64_t>;
    for (std::uint64_t round = 1; count > 0; ++round) {
        std::ptrdiff_t kept = 0;
        for (std::ptrdiff_t at = 0; at < count; at += w) {
            const int n = count - at < w ? static_cast<int>(count - at) : w;
            alignas(64) std::uint64_t i[w];
            for (int l = 0; l < w; ++l) i[l] = list[at + (l < n ? l : n - 1)];
            vec_u64 x[4];
            extra_words(key, place_of(unit, halves, load(i)), round, domain, x);
            const unsigned accepted = attempt(i, n, x);
            for (int l = 0; l < n; ++l) {  // kept <= at: the list is written where it has been read
                list[kept] = static_cast<std::uint32_t>(i[l]);
                kept += (accepted >> l & 1) ^ 1;
            }
        }
        count = kept;
    }
}

// The mask's lanes as bits, lane 0 lowest.
//
// Constraint: GCC 12 may store a mask of 8 lanes as one byte and then read it as a wider number: found with -fsanitize=thread,
//   where lanes beyond the eighth came out set. Decision: masks that become numbers pass through a general register.
MLMATH_INLINE unsigned bits_of(mask<double> where) {
#if defined(__AVX512DQ__)
    unsigned bits = _mm512_movepi64_mask((__m512i)where);
    asm("" : "+r"(bits));
    return bits;
#elif defined(__AVX__)
    return static_cast<unsigned>(_mm256_movemask_pd((__m256d)where));
#else
    unsigned bits = 0;
    MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) bits |= where[l] != 0 ? 1u << l : 0u;
    return bits;
#endif
}

// Appends the set lanes' elements to a list: first + l for each. The list needs room for `width` more.
MLMATH_INLINE std::ptrdiff_t append_lanes(std::uint32_t* list, std::ptrdiff_t count, unsigned lanes, std::uint32_t first) {
    for (; lanes != 0; lanes &= lanes - 1) list[count++] = first + static_cast<std::uint32_t>(__builtin_ctz(lanes));
    return count;
}

}  // namespace mlmath::MLMATH_LEVEL
