// SPDX-License-Identifier: BSD-3-Clause
#include "kernels/random/engines/word_stream.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/random/engines/counter_key.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(XBlockKernels, xblock_kernels);

void WordStream::set(const StreamKey& key, StreamPosition position, KeptHalf kept, UnitUse use) {
    key_ = key;
    kept_ = kept;
    use_ = use;
    word_ = position.word;
    half_ = position.half;
    lanes_valid_ = false;
    buffer_words_ = 0;
}

// Up to the next word that begins a unit of either use. A half that shared its unit is not kept.
void WordStream::change_use(UnitUse use) {
    if (use == use_) return;
    const std::uint64_t words = std::max(unit_words(use_), unit_words(use));
    if (words > 1) {
        word_ = (word_ + (half_ ? 1 : 0) + words - 1) / words * words;
        half_ = false;
    }
    if (use_ == UnitUse::half_pairs) kept_.valid = false;
    use_ = use;
}

StreamPosition WordStream::reserve(std::uint64_t n, int halves, UnitUse use) {
    if (n == 0) return {word_, half_};
    const bool goes_on = use == use_;
    change_use(use);
    if (halves == 1) {
        const bool counter = key_.engine != Engine::xblock;
        if (counter && (goes_on || use == UnitUse::words) && kept_.valid && kept_.value == high_half_of(word_ - 1))
            --word_, half_ = true;
        const StreamPosition start{word_, half_};
        word_ += n / 2 + ((n & 1) && half_ ? 1 : 0);
        half_ ^= (n & 1) != 0;
        if (counter) {
            word_ += half_ ? 1 : 0;
            kept_ = {half_, high_half_of(word_ - 1)};  // after use too, as in NumPy's states
            half_ = false;
        }
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

// Steps of one block.
void WordStream::run(std::uint64_t step, std::ptrdiff_t steps, std::uint64_t* words) {
    if (key_.engine == Engine::xblock) {
        stand_at(step);
        active(xblock_kernels_by_level).run(lanes_, steps, words);
        lanes_step_ += static_cast<std::uint64_t>(steps);
        return;
    }
    counter_words(key_, step, steps, words);
}

std::uint32_t WordStream::high_half_of(std::uint64_t position) {
    std::uint64_t step[xblock_lanes];
    if (position - buffer_first_ < buffer_words_) return static_cast<std::uint32_t>(buffer_[position - buffer_first_] >> 32);
    copy_steps(position / xblock_lanes, 1, step);
    return static_cast<std::uint32_t>(step[position % xblock_lanes] >> 32);
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
            n = std::min<std::ptrdiff_t>(steps, static_cast<std::ptrdiff_t>(xblock_steps - step % xblock_steps));
            run(step, n, words);
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
    run(step, static_cast<std::ptrdiff_t>(n), buffer_);
    buffer_first_ = step * xblock_lanes;
    buffer_words_ = n * xblock_lanes;
}

}  // namespace mlmath
