// SPDX-License-Identifier: BSD-3-Clause
// A reader that moves along a stream of words. Contract.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

/// The high half of a word of which next_half() has given the low one: the counter-based engines keep it, as NumPy's bit
/// generators do, while whole words are drawn.
struct KeptHalf {
    bool valid = false;
    std::uint32_t value = 0;  // after use too: NumPy stores it in its states
};

/// A reader that moves along a stream: single words and halves at a few nanoseconds each, runs of steps, and reservations for
/// whole fills. Not thread-safe: the owner locks it. Laws that fill use a reservation, so that the lock is held for it alone.
class WordStream {
public:
    explicit WordStream(const StreamKey& key) : key_(key) {}

    const StreamKey& key() const { return key_; }
    StreamPosition position() const { return {word_, half_}; }
    KeptHalf kept() const { return kept_; }
    /// How the unit was used that the position may stand inside of.
    UnitUse use() const { return use_; }
    /// XBlock's position may be inside a word, the counter-based engines' kept half may be any.
    void set(const StreamKey& key, StreamPosition position, KeptHalf kept = {}, UnitUse use = UnitUse::words);

    /// The next 64 bits. XBlock leaves a word behind whose low half has been used; the counter-based engines keep its high half.
    std::uint64_t next_word() {
        if (use_ != UnitUse::words) change_use(UnitUse::words);
        word_ += half_ ? 1 : 0;
        half_ = false;
        if (word_ - buffer_first_ >= buffer_words_) refill();
        return buffer_[word_++ - buffer_first_];
    }
    /// The next 32 bits: the low half of a word, then its high half.
    std::uint32_t next_half() {
        if (use_ != UnitUse::words) change_use(UnitUse::words);
        if (key_.engine != Engine::xblock) return next_half_kept();
        if (word_ - buffer_first_ >= buffer_words_) refill();
        const std::uint64_t word = buffer_[word_ - buffer_first_];
        const bool high = half_;
        half_ = !high;
        word_ += high ? 1 : 0;
        return static_cast<std::uint32_t>(high ? word >> 32 : word);
    }

    /// Takes n elements of `halves` (1, 2, 4 or 8) halves of words each out of the stream; returns where they start: at a multiple
    /// of their own length. Elements of one half go on inside the word that the last ones left half used when it is the word
    /// before the position; for the counter-based engines the kept half tells. Their odd last half is kept for NumPy's methods.
    /// A draw whose elements use their unit in another way than the last draw's starts at a unit that neither has begun.
    StreamPosition reserve(std::uint64_t n, int halves, UnitUse use);

    /// Goes on to the end of the unit if elements that share words have begun it.
    void leave_unit() { change_use(UnitUse::words); }

    /// The words of whole steps (16 words each), step s being words 16 s .. 16 s + 15. The position does not move. Steps in
    /// sequence cost no seeding.
    void copy_steps(std::uint64_t step, std::ptrdiff_t steps, std::uint64_t* words);

private:
    std::uint32_t next_half_kept() {
        if (kept_.valid) {
            kept_.valid = false;
            return kept_.value;
        }
        const std::uint64_t word = next_word();
        kept_ = {true, static_cast<std::uint32_t>(word >> 32)};
        return static_cast<std::uint32_t>(word);
    }
    void change_use(UnitUse use);
    void refill();
    void stand_at(std::uint64_t step);
    void run(std::uint64_t step, std::ptrdiff_t steps, std::uint64_t* words);
    std::uint32_t high_half_of(std::uint64_t position);

    // Constraint: one call into the level's code per refill, about 20 ns, and no step of the next block. Decision: 8 steps, 1 KiB.
    static constexpr std::uint64_t buffer_steps = 8;

    StreamKey key_;
    std::uint64_t word_ = 0;
    bool half_ = false;
    KeptHalf kept_;
    UnitUse use_ = UnitUse::words;
    bool lanes_valid_ = false;
    std::uint64_t buffer_first_ = 0, buffer_words_ = 0;  // the words that lie in buffer_
    std::uint64_t lanes_step_ = 0;                       // the step that lanes_ produces next
    XBlockLanes lanes_ = {};
    alignas(64) std::uint64_t buffer_[buffer_steps * xblock_lanes] = {};
};

}  // namespace mlmath
