// SPDX-License-Identifier: BSD-3-Clause
// uniform: the rungs below the production kernel.
#include "kernels/random/distributions/uniform/uniform_ladder.hpp"

#include <algorithm>

#include "kernels/random/distributions/uniform/uniform.hpp"
#include "kernels/random/draw/draw.hpp"

namespace mlmath::ladder {
namespace {

void seed_lane(std::uint64_t block, std::uint64_t lane, std::uint64_t (&s)[4]) {
    s[0] = block, s[1] = lane, s[2] = stream.jump, s[3] = domain_bulk;
    textbook::threefry4x64_20(stream.key, s);
    if ((s[0] | s[1] | s[2] | s[3]) == 0) s[0] = 1;
}

void elements_of(std::uint64_t word, double* out) { out[0] = static_cast<double>(word >> 11) * 0x1p-53; }
void elements_of(std::uint64_t word, float* out) {
    out[0] = static_cast<float>(static_cast<std::int32_t>(static_cast<std::uint32_t>(word) >> 8)) * 0x1p-24f;
    out[1] = static_cast<float>(static_cast<std::int32_t>(word >> 40)) * 0x1p-24f;
}

}  // namespace

std::uint64_t OneWord::next() {
    auto& lane = lanes_[position_ % xblock_lanes];
    if (position_ % xblock_words_per_block < xblock_lanes)
        seed_lane(position_ / xblock_words_per_block, position_ % xblock_lanes, lane);
    ++position_;
    return textbook::xoshiro256pp(lane);
}

void SixteenWords::next(std::uint64_t (&words)[xblock_lanes]) {
    if (step_ % xblock_steps == 0) {
        for (std::uint64_t l = 0; l < xblock_lanes; ++l) {
            std::uint64_t seed[4];
            seed_lane(step_ / xblock_steps, l, seed);
            for (int j = 0; j < 4; ++j) s_[j][l] = seed[j];
        }
    }
    ++step_;
    for (int l = 0; l < xblock_lanes; ++l) {
        words[l] = textbook::rotate_left(s_[0][l] + s_[3][l], 23) + s_[0][l];
        const std::uint64_t t = s_[1][l] << 17;
        s_[2][l] ^= s_[0][l];
        s_[3][l] ^= s_[1][l];
        s_[1][l] ^= s_[2][l];
        s_[0][l] ^= s_[3][l];
        s_[2][l] ^= t;
        s_[3][l] = textbook::rotate_left(s_[3][l], 45);
    }
}

template <class T>
void uniform_one_at_a_time(T* out, std::ptrdiff_t n, int) {
    constexpr std::ptrdiff_t per_word = 8 / sizeof(T);
    OneWord words;
    std::ptrdiff_t i = 0;
    for (; i + per_word <= n; i += per_word) elements_of(words.next(), out + i);
    if (i < n) {
        T last[per_word];
        elements_of(words.next(), last);
        out[i] = last[0];
    }
}

template <class T>
void uniform_block(T* out, std::ptrdiff_t n, int) {
    constexpr std::ptrdiff_t per_word = 8 / sizeof(T), per_step = per_word * xblock_lanes;
    SixteenWords steps;
    alignas(64) std::uint64_t words[xblock_lanes];
    for (std::ptrdiff_t i = 0; i < n; i += per_step) {
        steps.next(words);
        T elements[per_step];
        for (int l = 0; l < xblock_lanes; ++l) elements_of(words[l], elements + l * per_word);
        std::copy_n(elements, std::min(per_step, n - i), out + i);
    }
}

template <class T>
void uniform_simd(T* out, std::ptrdiff_t n, int) {
    draw(stream, {0, false}, out, n, UniformLaw<T>({0, 1}), 1);
}

template <class T>
void uniform_threaded(T* out, std::ptrdiff_t n, int threads) {
    draw(stream, {0, false}, out, n, UniformLaw<T>({0, 1}), threads);
}

#define MLMATH_UNIFORM_LADDER(T)                                  \
    template void uniform_one_at_a_time(T*, std::ptrdiff_t, int); \
    template void uniform_block(T*, std::ptrdiff_t, int);         \
    template void uniform_simd(T*, std::ptrdiff_t, int);          \
    template void uniform_threaded(T*, std::ptrdiff_t, int);
MLMATH_UNIFORM_LADDER(double)
MLMATH_UNIFORM_LADDER(float)

}  // namespace mlmath::ladder
