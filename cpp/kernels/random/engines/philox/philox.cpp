// SPDX-License-Identifier: BSD-3-Clause
// Philox4x64-10: dispatch.
#include "kernels/random/engines/philox/philox.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CounterKernels, philox_kernels);

void philox_words(const std::uint64_t (&key)[4], const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* words) {
    active(philox_kernels_by_level).words(key, counter, steps, words);
}

}  // namespace mlmath
