// SPDX-License-Identifier: BSD-3-Clause
// draw: a draw cut at the stream's blocks, blocks in tiles, tiles into the output.
#include "kernels/random/draw/draw.hpp"

#include <cstring>

#include "kernels/random/draw/draw_parts.hpp"
#include "kernels/random/engines/words.hpp"
#include "kernels/random/engines/xblock/xblock_driver.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(DrawKernels, draw_kernels);

namespace {

constexpr std::ptrdiff_t tile_words = draw_tile_steps * xblock_lanes;
constexpr std::ptrdiff_t tile_elements = 2 * tile_words;  // of half a word each

// Elements of one part of the stream that does not cross the end of a block. convert(unit, words, units, out, at): `at` is the
// index, in this draw, of the first unit's first element; it is negative by `lane` for a part that starts inside a unit.
template <class Convert>
void draw_part(const StreamKey& key, int halves, int item_bytes, UnitPlace place, std::ptrdiff_t n, std::ptrdiff_t at,
               unsigned char* out, bool streaming, const Convert& convert) {
    const int steps = unit_steps(halves), elements = unit_elements(halves);
    const std::ptrdiff_t tile_units = draw_tile_steps / steps;
    const DrawKernels& kernels = active(draw_kernels_by_level);
    alignas(64) std::uint64_t words[tile_words];
    alignas(64) unsigned char values[tile_elements * 8];
    WordReader reader(key, place.unit * static_cast<std::uint64_t>(steps));
    for (std::ptrdiff_t lane = place.lane; n > 0; lane = 0) {
        const std::ptrdiff_t units = std::min(tile_units, (lane + n - 1) / elements + 1),
                             taken = std::min(units * elements - lane, n);
        reader.read(units * steps, words);
        const std::ptrdiff_t bytes = taken * item_bytes;
        if (taken == units * elements && !streaming)
            convert(place.unit, words, units, out, at);
        else {
            convert(place.unit, words, units, values, at - lane);
            if (streaming)
                kernels.copy_past_caches(out, values + lane * item_bytes, bytes);
            else
                std::memcpy(out, values + lane * item_bytes, static_cast<std::size_t>(bytes));
        }
        place.unit += static_cast<std::uint64_t>(units), n -= taken, at += taken, out += bytes;
    }
    if (streaming) kernels.fence();
}

// Constraint: waking a second thread costs about two microseconds.
// Arithmetic: a block of 8192 words takes 3 us as uniforms, 7 us as normals, 10 us and more for laws of several words an element.
// Decision: threads from 4 blocks on, from 2 for elements of several words.
std::ptrdiff_t blocks_worth_threads(int halves) { return halves <= 2 ? xblock_blocks_worth_threads : 2; }

// part(place, first, count) for each block of the stream that the n elements touch. Blocks are the chunks, so no value depends on
// the number of threads.
template <class Part>
void for_each_part(StreamPosition start, int halves, std::ptrdiff_t n, int threads, const Part& part) {
    if (n <= 0) return;
    const auto per_block = static_cast<std::ptrdiff_t>(xblock_words_per_block) * 2 / halves;
    const UnitPlace place = unit_place(start, halves);
    const auto units_per_block = static_cast<std::uint64_t>(per_block / unit_elements(halves));
    const std::uint64_t block = place.unit / units_per_block;
    const auto first = static_cast<std::ptrdiff_t>(place.unit % units_per_block) * unit_elements(halves) + place.lane;
    const std::ptrdiff_t blocks = (first + n - 1) / per_block + 1;
    parallel_for(blocks, blocks < blocks_worth_threads(halves) ? 1 : threads, [&](std::ptrdiff_t b) {
        const std::ptrdiff_t from = b == 0 ? first : 0, until = std::min(per_block, first + n - b * per_block);
        const std::uint64_t here = (block + static_cast<std::uint64_t>(b)) & xblock_block_mask;
        part(here, from, b * per_block + from - first, until - from);
    });
}

UnitPlace place_in_block(std::uint64_t block, std::ptrdiff_t element, int halves) {
    const auto units_per_block = xblock_words_per_block / static_cast<std::uint64_t>(unit_steps(halves) * xblock_lanes);
    return {block * units_per_block + static_cast<std::uint64_t>(element / unit_elements(halves)), element % unit_elements(halves)};
}

}  // namespace

// Parameters of elements first .. first + count - 1 of the output, in contiguous arrays; elements outside of the output get those
// of the nearest one inside, so that every lane computes with valid numbers.
void gather_parameters(const BroadcastParameters& p, std::ptrdiff_t n, std::ptrdiff_t first, std::ptrdiff_t count,
                       double* const* tiles) {
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(first, 0), end = std::min(first + count, n);
    std::ptrdiff_t index[max_draw_dimensions];
    std::ptrdiff_t offset[max_draw_parameters] = {};
    std::ptrdiff_t rest = begin;
    for (int d = p.dimensions - 1; d >= 0; --d) {
        index[d] = rest % p.extents[d], rest /= p.extents[d];
        for (int k = 0; k < p.count; ++k) offset[k] += index[d] * p.strides[k][d];
    }
    for (std::ptrdiff_t i = begin; i < end;) {
        const int last = p.dimensions - 1;
        const std::ptrdiff_t run = last < 0 ? 1 : std::min(p.extents[last] - index[last], end - i);
        for (int k = 0; k < p.count; ++k) {
            const std::ptrdiff_t stride = last < 0 ? 0 : p.strides[k][last];
            const double* from = p.data[k] + offset[k];
            double* to = tiles[k] + (i - first);
            for (std::ptrdiff_t j = 0; j < run; ++j) to[j] = from[j * stride];
        }
        i += run;
        if (last < 0) break;
        int d = last;
        index[d] += run;
        for (int k = 0; k < p.count; ++k) offset[k] += run * p.strides[k][d];
        for (; d > 0 && index[d] == p.extents[d]; --d) {  // carry
            for (int k = 0; k < p.count; ++k) offset[k] += p.strides[k][d - 1] - p.extents[d] * p.strides[k][d];
            index[d] = 0, ++index[d - 1];
        }
    }
    for (int k = 0; k < p.count; ++k) {
        for (std::ptrdiff_t i = first; i < begin; ++i) tiles[k][i - first] = tiles[k][begin - first];
        for (std::ptrdiff_t i = end; i < first + count; ++i) tiles[k][i - first] = tiles[k][end - 1 - first];
    }
}

void draw(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const Law& law, int threads, Memory memory) {
    const bool streaming = memory == Memory::used && streams_past_caches(n * law.item_bytes);
    for_each_part(start, law.halves, n, threads,
                  [&](std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t at, std::ptrdiff_t count) {
                      unsigned char* to = static_cast<unsigned char*>(out) + at * law.item_bytes;
                      if (key.engine == Engine::xblock && law.fill(key, block, first, count, to, streaming)) return;
                      draw_part(key, law.halves, law.item_bytes, place_in_block(block, first, law.halves), count, at, to, streaming,
                                [&](std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* values,
                                    std::ptrdiff_t) { law.convert(key, unit, words, units, values); });
                  });
}

void draw(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const LawOfArrays& law,
          const BroadcastParameters& parameters, int threads) {
    const bool streaming = streams_past_caches(n * law.item_bytes);
    for_each_part(
        start, law.halves, n, threads, [&](std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t at, std::ptrdiff_t count) {
            alignas(64) double tiles[max_draw_parameters][tile_elements];
            double* const to_tiles[max_draw_parameters] = {tiles[0], tiles[1], tiles[2], tiles[3]};
            const double* pointers[max_draw_parameters] = {tiles[0], tiles[1], tiles[2], tiles[3]};
            unsigned char* to = static_cast<unsigned char*>(out) + at * law.item_bytes;
            draw_part(key, law.halves, law.item_bytes, place_in_block(block, first, law.halves), count, at, to, streaming,
                      [&](std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* values, std::ptrdiff_t i) {
                          gather_parameters(parameters, n, i, units * unit_elements(law.halves), to_tiles);
                          law.convert(key, unit, words, units, values, pointers);
                      });
        });
}

void draw_serial(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const Law& law) {
    for (std::ptrdiff_t at = 0; at < n;) {
        const auto per_block = static_cast<std::ptrdiff_t>(xblock_words_per_block) * 2 / law.halves;
        const StreamPosition here = advanced(start, at, law.halves);
        const UnitPlace place = unit_place(here, law.halves);
        const std::ptrdiff_t elements = unit_elements(law.halves), units_per_block = per_block / elements;
        const auto unit = static_cast<std::ptrdiff_t>(place.unit % static_cast<std::uint64_t>(units_per_block));
        const std::ptrdiff_t count = std::min(n - at, per_block - unit * elements - place.lane);
        draw_part(key, law.halves, law.item_bytes, place, count, at, static_cast<unsigned char*>(out) + at * law.item_bytes, false,
                  [&](std::uint64_t u, const std::uint64_t* words, std::ptrdiff_t units, void* values, std::ptrdiff_t) {
                      law.convert(key, u, words, units, values);
                  });
        at += count;
    }
}

StreamPosition advanced(StreamPosition start, std::ptrdiff_t i, int halves) {
    if (halves >= 2) return {start.word + static_cast<std::uint64_t>(i) * (static_cast<std::uint64_t>(halves) / 2), false};
    const std::uint64_t half = (start.half ? 1u : 0u) + static_cast<std::uint64_t>(i);
    return {start.word + half / 2, half % 2 != 0};
}

void stream_words(const StreamKey& key, std::uint64_t position, std::uint64_t* out, std::ptrdiff_t n) {
    alignas(64) std::uint64_t step[xblock_lanes];
    while (n > 0) {
        const auto lane = static_cast<std::ptrdiff_t>(position % xblock_lanes);
        const auto to_end = static_cast<std::ptrdiff_t>(xblock_words_per_block - position % xblock_words_per_block);
        WordReader reader(key, position / xblock_lanes);
        std::ptrdiff_t left = std::min(n, to_end);
        n -= left, position += static_cast<std::uint64_t>(left);
        for (std::ptrdiff_t skip = lane; left > 0; skip = 0) {
            if (skip == 0 && left >= xblock_lanes) {
                const std::ptrdiff_t steps = left / xblock_lanes;
                reader.read(steps, out);
                out += steps * xblock_lanes, left -= steps * xblock_lanes;
                continue;
            }
            reader.read(1, step);
            const std::ptrdiff_t taken = std::min(left, xblock_lanes - skip);
            std::memcpy(out, step + skip, static_cast<std::size_t>(taken) * sizeof *step);
            out += taken, left -= taken;
        }
    }
}

}  // namespace mlmath
