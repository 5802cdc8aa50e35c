// SPDX-License-Identifier: BSD-3-Clause
// XBlock: dispatch and threads.
#include "kernels/random/engines/xblock/xblock.hpp"

#include "kernels/random/engines/xblock/xblock_driver.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(XBlockKernels, xblock_kernels);

void xblock_words(const StreamKey& key, std::uint64_t position, std::uint64_t* out, std::ptrdiff_t n, int threads) {
    const XBlockKernels& kernels = active(xblock_kernels_by_level);
    const bool streaming = streams_past_caches(n * 8);
    for_each_block({position, false}, 1, n, threads,
                   [&](std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, std::ptrdiff_t at) {
                       kernels.fill(key, block, first, count, out + at, streaming);
                   });
}

}  // namespace mlmath
