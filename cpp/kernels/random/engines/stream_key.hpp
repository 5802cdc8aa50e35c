// SPDX-License-Identifier: BSD-3-Clause
// What makes a stream of random words, and the addresses of words beside it. All of it is part of the stream's definition.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

enum class Engine : std::uint8_t { xblock, philox, threefry };

/// What makes a stream. `key` and `jump` are XBlock's, and for every engine those of the extra words (extra_words.hpp). The
/// counter-based engines have a key of their own and a segment of their counters beside them: counter_key.hpp.
struct StreamKey {
    std::uint64_t key[4];
    std::uint64_t jump;
    Engine engine = Engine::xblock;
    std::uint64_t counter_key[4] = {};
    std::uint64_t counter[4] = {};
};

/// A place in the stream: the next 64-bit word, and whether its low half has been used already.
struct StreamPosition {
    std::uint64_t word;
    bool half;
};

/// How the elements of a unit (draw/law.hpp) use its words. Draws of one use follow one another inside a unit without gap and
/// without meeting: five and then five are ten. Between different uses the stream goes on to where neither has been: a draw of
/// normals that ended in the middle of a unit has read words of its second half as angles, which nothing else may read again.
enum class UnitUse : std::uint8_t {
    words,       // 1 or 2 halves: each element its own, in the stream's order
    pairs,       // 2 halves, normals: a radius and an angle of the unit make two elements
    half_pairs,  // 1 half, normals
    two_steps,   // 4 halves: each element a word of each of two steps
    gammas,      // 4 halves: the first step is normals
    four_steps,  // 8 halves: each element a word of each of four steps
    two_gammas,  // 8 halves
};
constexpr int unit_uses = 7;

/// Words of a unit of this use; 1 where elements stand by themselves.
constexpr std::uint64_t unit_words(UnitUse use) {
    constexpr std::uint64_t words[unit_uses] = {1, 16, 16, 32, 32, 64, 64};
    return words[static_cast<int>(use)];
}

/// The use of elements that have their words to themselves.
constexpr UnitUse own_words(int halves) {
    return halves <= 2 ? UnitUse::words : halves == 4 ? UnitUse::two_steps : UnitUse::four_steps;
}

// The last word of a Threefry counter says what the four words are for. 0 seeds XBlock's lanes; every other number belongs to one
// law, for words beyond those that its elements have in the stream. Numbers are never used again for anything else.
constexpr std::uint64_t domain_bulk = 0;
constexpr std::uint64_t domain_normal_f32_tail = 1;
constexpr std::uint64_t domain_integers = 2;
constexpr std::uint64_t domain_bernoulli = 3;
constexpr std::uint64_t domain_gamma = 4;
constexpr std::uint64_t domain_gamma_second = 5;  // of a law's two gammas: beta, F
constexpr std::uint64_t domain_poisson = 6;
constexpr std::uint64_t domain_binomial = 7;
constexpr std::uint64_t domain_negative_binomial = 8;
constexpr std::uint64_t domain_geometric = 9;
constexpr std::uint64_t domain_multinomial = 10;
constexpr std::uint64_t domain_table_tail = 11;  // beyond a table of a discrete law
constexpr std::uint64_t domain_categorical = 12;
constexpr std::uint64_t domain_sample = 13;  // without replacement
constexpr std::uint64_t domain_reservoir = 14;
constexpr std::uint64_t domain_permutation = 15;
constexpr std::uint64_t domain_exponential_f32_tail = 16;
constexpr std::uint64_t domain_beta = 17;
constexpr std::uint64_t domain_dirichlet = 18;
constexpr std::uint64_t domain_student_t = 19;
constexpr std::uint64_t domain_continuous_f32_tail = 20;

}  // namespace mlmath
