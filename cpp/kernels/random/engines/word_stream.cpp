// SPDX-License-Identifier: BSD-3-Clause
#include "kernels/random/engines/word_stream.hpp"

#include <algorithm>
#include <cstring>

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(XBlockKernels, xblock_kernels);

void WordStream::set(const StreamKey& key, StreamPosition position) {
    key_ = key;
    word_ = position.word;
    half_ = position.half;
    lanes_valid_ = false;
    buffer_words_ = 0;
}

StreamPosition WordStream::reserve(std::uint64_t n, int halves) {
    if (halves == 1) {
        const StreamPosition start{word_, half_};
        word_ += n / 2 + ((n & 1) && half_ ? 1 : 0);
        half_ ^= (n & 1) != 0;
        return start;
    }
    const std::uint64_t words = static_cast<std::uint64_t>(halves) / 2;
    word_ = (word_ + (half_ ? 1 : 0) + words - 1) / words * words;
    half_ = false;
    const StreamPosition start{word_, false};
    word_ += n * words;
    return start;
}

// Brings the lanes to a step: by running on inside the block, otherwise from the block's seed.
void WordStream::stand_at(std::uint64_t step) {
    const XBlockKernels& kernels = active(xblock_kernels_by_level);
    const bool ahead =
        lanes_valid_ && lanes_step_ % xblock_steps != 0 && lanes_step_ <= step && lanes_step_ / xblock_steps == step / xblock_steps;
    if (!ahead) {
        kernels.seed(lanes_, key_, step / xblock_steps);
        lanes_step_ = step - step % xblock_steps;
        lanes_valid_ = true;
    }
    kernels.skip(lanes_, static_cast<std::ptrdiff_t>(step - lanes_step_));
    lanes_step_ = step;
}

void WordStream::copy_steps(std::uint64_t step, std::ptrdiff_t steps, std::uint64_t* words) {
    constexpr std::uint64_t step_mask = ~std::uint64_t(0) / xblock_lanes;
    while (steps > 0) {
        step &= step_mask;
        std::ptrdiff_t n;
        const std::uint64_t in_buffer = step * xblock_lanes - buffer_first_;
        if (in_buffer < buffer_words_) {
            n = std::min<std::ptrdiff_t>(steps, static_cast<std::ptrdiff_t>((buffer_words_ - in_buffer) / xblock_lanes));
            std::memcpy(words, buffer_ + in_buffer, static_cast<std::size_t>(n) * xblock_lanes * sizeof *words);
        } else {
            stand_at(step);
            n = std::min<std::ptrdiff_t>(steps, static_cast<std::ptrdiff_t>(xblock_steps - step % xblock_steps));
            active(xblock_kernels_by_level).run(lanes_, n, words);
            lanes_step_ += static_cast<std::uint64_t>(n);
            // The last step may be used in part only: it stays at hand for the next call.
            std::memcpy(buffer_, words + (n - 1) * xblock_lanes, xblock_lanes * sizeof *words);
            buffer_first_ = (step + static_cast<std::uint64_t>(n) - 1) * xblock_lanes;
            buffer_words_ = xblock_lanes;
        }
        step += static_cast<std::uint64_t>(n), steps -= n, words += n * xblock_lanes;
    }
}

void WordStream::refill() {
    const std::uint64_t step = word_ / xblock_lanes, n = buffer_steps - step % buffer_steps;
    stand_at(step);
    active(xblock_kernels_by_level).run(lanes_, static_cast<std::ptrdiff_t>(n), buffer_);
    lanes_step_ += n;
    buffer_first_ = step * xblock_lanes;
    buffer_words_ = n * xblock_lanes;
}

}  // namespace mlmath
