// SPDX-License-Identifier: BSD-3-Clause
// uniform, the ladder: the steps between one word at a time and the production kernel, each a real function. Contract.
#pragma once
#include <cstddef>

#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::ladder {

/// The stream that the ladders of random laws draw from.
inline constexpr StreamKey stream = {{1, 2, 3, 4}, 0};

// out[i] = element i of uniform's definition from the stream's beginning on. All rungs give the same bits.

/// Rung 1: a call for each word, which steps one of the 16 lanes, as bit generators do for NumPy. One thread.
template <class T>
void uniform_one_at_a_time(T* out, std::ptrdiff_t n, int threads);

/// Rung 2: the 16 lanes step together, in loops that the compiler may vectorize for the oldest CPU. One thread.
template <class T>
void uniform_block(T* out, std::ptrdiff_t n, int threads);

/// Rung 3: lanes in registers of the active level, a word becomes a number where it is made; long results past the caches. One
/// thread.
template <class T>
void uniform_simd(T* out, std::ptrdiff_t n, int threads);

/// Rung 4: blocks shared among threads: production.
template <class T>
void uniform_threaded(T* out, std::ptrdiff_t n, int threads);

/// Words one at a time.
class OneWord {
public:
    __attribute__((noinline)) std::uint64_t next();

private:
    std::uint64_t position_ = 0;
    std::uint64_t lanes_[xblock_lanes][4];
};

/// Steps of 16 words, from block 0 on.
class SixteenWords {
public:
    void next(std::uint64_t (&words)[xblock_lanes]);

private:
    std::uint64_t step_ = 0;
    alignas(64) std::uint64_t s_[4][xblock_lanes];
};

}  // namespace mlmath::ladder
