// SPDX-License-Identifier: BSD-3-Clause
// The ladder `shuffle`: from the textbook's exchanges to labels and buckets on all threads. Each rung is a shuffle in which every
// order is equally likely; they use the words of the stream differently, so that the same seed gives other orders.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath::ladder {

/// items[0 .. n) in random order, in place. T: double, float.
template <class T>
using Shuffle = void (*)(const StreamKey& key, T* items, std::ptrdiff_t n, int threads);

template <class T>
void shuffle_textbook(const StreamKey& key, T* items, std::ptrdiff_t n, int threads);
template <class T>
void shuffle_no_division(const StreamKey& key, T* items, std::ptrdiff_t n, int threads);
template <class T>
void shuffle_batched_dice(const StreamKey& key, T* items, std::ptrdiff_t n, int threads);
template <class T>
void shuffle_simd_dice(const StreamKey& key, T* items, std::ptrdiff_t n, int threads);
template <class T>
void shuffle_buckets(const StreamKey& key, T* items, std::ptrdiff_t n, int threads);
template <class T>
void shuffle_threaded(const StreamKey& key, T* items, std::ptrdiff_t n, int threads);

}  // namespace mlmath::ladder
