// SPDX-License-Identifier: BSD-3-Clause
// draw: any law into any memory, from any place of any stream. Contract.
#pragma once
#include "kernels/random/draw/law.hpp"
#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

/// What is known of the memory that is written to.
///
/// Constraint: the system clears a page when it is touched first, and leaves it in the last-level cache.
/// Arithmetic: a non-temporal store to a cached line drives the line out before it writes: 2 MiB are cleared, moved to memory, and
///   written again. With usual stores they are moved once. Measured for 10^7 numbers: 12 to 18 % less time.
/// Decision: memory fresh from the allocator is never written past the caches.
enum class Memory { used, fresh };

/// out[i] = element i of the law from `start` on, i < n. `start` comes from WordStream::reserve(n, law.halves).
///
/// Result   the same bits on every level, for any number of threads, alignment of `out`, and way of splitting the draw.
/// Memory   out: n elements of law.item_bytes, contiguous. Beyond the caches non-temporal stores, unless it is fresh.
/// Failure  Interrupted.
void draw(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const Law& law, int threads,
          Memory memory = Memory::used);

constexpr int max_draw_dimensions = 64;
constexpr int max_draw_parameters = 4;

/// Parameters of a draw, each broadcast to the shape of the output: parameter k of element (i0, i1, ...) is
/// data[k][sum of i_d strides[k][d]], strides in elements, 0 where the parameter does not vary. The last dimension moves fastest
/// in the output.
struct BroadcastParameters {
    int dimensions = 0;
    std::ptrdiff_t extents[max_draw_dimensions];
    int count = 0;
    const double* data[max_draw_parameters];
    std::ptrdiff_t strides[max_draw_parameters][max_draw_dimensions];
};

/// to[k][i - first] = parameter k of element i, first <= i < first + count, of a draw of n elements; beyond its ends, which may be
/// asked for, those of the element next to them.
void gather_parameters(const BroadcastParameters& parameters, std::ptrdiff_t n, std::ptrdiff_t first, std::ptrdiff_t count,
                       double* const* to);

/// The same with parameters that differ from element to element; n is the product of the extents.
void draw(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const LawOfArrays& law,
          const BroadcastParameters& parameters, int threads);

/// Elements from `start` on into `out` by the calling thread alone, with usual stores: for laws that are made of others, inside
/// their own tiles.
void draw_serial(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const Law& law);

/// `start` moved by i elements.
StreamPosition advanced(StreamPosition start, std::ptrdiff_t i, int halves);

/// n words from word `position` on, by the calling thread alone, for any engine.
void stream_words(const StreamKey& key, std::uint64_t position, std::uint64_t* out, std::ptrdiff_t n);

}  // namespace mlmath
