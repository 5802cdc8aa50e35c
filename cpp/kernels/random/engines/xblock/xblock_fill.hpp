// SPDX-License-Identifier: BSD-3-Clause
// One part of one block, for any law whose elements lie in whole steps: positions, tiles, non-temporal stores. For kernel units.
#pragma once
#include "kernels/random/engines/xblock/xblock_lanes.hpp"

namespace mlmath::MLMATH_LEVEL {

// Constraint: words and results of a tile stay in L1 (32 KiB at least) beside each other, and the state is loaded and stored per
// tile.
// Arithmetic: 64 steps are 8 KiB of words and 8 KiB of results; loading and storing 16 states costs about one step.
// Decision: 64 steps.
constexpr std::ptrdiff_t xblock_tile_steps = 64;
// Constraint: past the caches a tile is made, then written; while it is written the core should already make the next one.
// Arithmetic: a core looks some 450 instructions ahead. 16 steps are 320 of the generator's on AVX-512 and 32 stores. With 64,
//   making and writing took turns: 66 GB/s of uniform doubles, where 16 give 80 (8 give 81, but normals 1 % less).
// Decision: 16 steps.
constexpr std::ptrdiff_t xblock_streaming_steps = 16;

// Moves results from L1 to `out` in whole cache lines past the caches; partial lines at the two ends are stored as usual.
template <class T>
class LineWriter {
public:
    static constexpr std::ptrdiff_t line = 64 / static_cast<std::ptrdiff_t>(sizeof(T));

    explicit LineWriter(T* out) : out_(out) {
        lead_ = static_cast<std::ptrdiff_t>((64 - reinterpret_cast<std::uintptr_t>(out) % 64) % 64 / sizeof(T));
    }

    // Where the next (up to tile_steps of) results are to be written before append().
    T* tile() { return buffer_ + line; }

    void append(std::ptrdiff_t count) {
        const T* from = tile() - kept_;
        count += kept_;
        for (; lead_ > 0 && count > 0; --lead_, --count) *out_++ = *from++;
        for (; count >= line; count -= line, from += line, out_ += line) {
            MLMATH_UNROLL for (int v = 0; v < 64 / register_bytes; ++v) stream(out_ + v * width<T>, load(from + v * width<T>));
        }
        kept_ = count;  // a part of a line waits in front of the next tile
        for (std::ptrdiff_t i = 0; i < count; ++i) tile()[i - count] = from[i];
    }

    // The rest, and everything made visible to other threads. Returns where the output continues.
    T* finish() {
        for (std::ptrdiff_t i = 0; i < kept_; ++i) *out_++ = tile()[i - kept_];
        kept_ = 0;
        stream_fence();
        return out_;
    }

private:
    alignas(64) T buffer_[line + xblock_tile_steps * (128 / sizeof(T))];
    T* out_;
    std::ptrdiff_t lead_, kept_ = 0;
};

// Elements first .. first + count - 1 of a block to out. law.steps(lanes, step, out, steps) advances the lanes, which stand at
// `step` of the block, and writes the 128 / sizeof(T) elements of each of the steps.
template <class T, class Law>
void fill_part_of_block(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, T* out,
                        bool streaming, const Law& law) {
    constexpr std::ptrdiff_t per_step = 128 / static_cast<std::ptrdiff_t>(sizeof(T));
    alignas(64) T one[per_step];
    XBlockLanes lanes;
    seed_lanes(lanes, key, block);
    std::ptrdiff_t step = first / per_step;
    skip_lanes(lanes, step);

    if (const std::ptrdiff_t begin = first % per_step; begin != 0) {  // the part starts inside a step
        law.steps(lanes, step++, one, 1);
        const std::ptrdiff_t n = count < per_step - begin ? count : per_step - begin;
        for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = one[begin + i];
        out += n, count -= n;
    }
    if (streaming) {
        LineWriter<T> writer(out);
        for (std::ptrdiff_t left = count / per_step; left > 0;) {
            const std::ptrdiff_t steps = left < xblock_streaming_steps ? left : xblock_streaming_steps;
            law.steps(lanes, step, writer.tile(), steps);
            writer.append(steps * per_step);
            step += steps, left -= steps;
        }
        out = writer.finish();
    } else {
        for (std::ptrdiff_t left = count / per_step; left > 0;) {
            const std::ptrdiff_t steps = left < xblock_tile_steps ? left : xblock_tile_steps;
            law.steps(lanes, step, out, steps);
            step += steps, left -= steps, out += steps * per_step;
        }
    }
    if (const std::ptrdiff_t rest = count % per_step; rest != 0) {
        law.steps(lanes, step, one, 1);
        for (std::ptrdiff_t i = 0; i < rest; ++i) out[i] = one[i];
    }
}

}  // namespace mlmath::MLMATH_LEVEL
