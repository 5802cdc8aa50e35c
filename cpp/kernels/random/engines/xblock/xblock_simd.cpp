// SPDX-License-Identifier: BSD-3-Clause
// XBlock: lanes and words. Compiled once per level.
#include "kernels/random/engines/xblock/xblock_fill.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Words {
    void steps(XBlockLanes& lanes, std::ptrdiff_t, std::uint64_t* out, std::ptrdiff_t steps) const { run_words(lanes, steps, out); }
};

void fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, std::uint64_t* out,
          bool streaming) {
    fill_part_of_block(key, block, first, count, out, streaming, Words{});
}

}  // namespace

extern const XBlockKernels xblock_kernels;
const XBlockKernels xblock_kernels = {seed_lanes, skip_lanes, run_words, fill};

}  // namespace mlmath::MLMATH_LEVEL
