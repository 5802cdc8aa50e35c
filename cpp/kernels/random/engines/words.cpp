// SPDX-License-Identifier: BSD-3-Clause
#include "kernels/random/engines/words.hpp"

#include "kernels/random/engines/counter_key.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(XBlockKernels, xblock_kernels);

WordReader::WordReader(const StreamKey& key, std::uint64_t step) : key_(key), step_(step) {
    if (key.engine != Engine::xblock) return;
    const XBlockKernels& kernels = active(xblock_kernels_by_level);
    kernels.seed(lanes_, key, step / xblock_steps & xblock_block_mask);
    kernels.skip(lanes_, static_cast<std::ptrdiff_t>(step % xblock_steps));
}

void WordReader::read(std::ptrdiff_t steps, std::uint64_t* words) {
    if (key_.engine == Engine::xblock)
        active(xblock_kernels_by_level).run(lanes_, steps, words);
    else
        counter_words(key_, step_, steps, words);
    step_ += static_cast<std::uint64_t>(steps);
}

}  // namespace mlmath
