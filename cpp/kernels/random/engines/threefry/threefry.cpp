// SPDX-License-Identifier: BSD-3-Clause
// Threefry4x64-20: dispatch.
#include "kernels/random/engines/threefry/threefry.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CounterKernels, threefry_kernels);

void threefry_words(const std::uint64_t (&key)[4], const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* words) {
    active(threefry_kernels_by_level).words(key, counter, steps, words);
}

}  // namespace mlmath
