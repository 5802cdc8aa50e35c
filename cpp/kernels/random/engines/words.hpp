// SPDX-License-Identifier: BSD-3-Clause
// Words of any engine, in steps of 16, for drivers: a reader that stays inside one block.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

/// Reads steps of 16 words (word p of the stream is word p mod 16 of step p / 16) from `step` on, in sequence. It must not pass
/// the end of a block of 8192 words: for XBlock it holds the 16 lanes; the counter-based engines compute every word from its
/// position.
class WordReader {
public:
    WordReader(const StreamKey& key, std::uint64_t step);
    void read(std::ptrdiff_t steps, std::uint64_t* words);

private:
    const StreamKey& key_;
    std::uint64_t step_;
    XBlockLanes lanes_;
};

}  // namespace mlmath
