// SPDX-License-Identifier: BSD-3-Clause
// Threefry4x64-20 as an engine. Compiled once per level.
#include "kernels/random/engines/counter_blocks.hpp"
#include "kernels/random/engines/counter_key.hpp"
#include "kernels/random/engines/threefry/threefry_rounds.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

void words(const std::uint64_t (&key)[4], const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* out) {
    run_blocks(counter, steps, out, [&](auto& x) __attribute__((always_inline)) { threefry_blocks(key, x); });
}

}  // namespace

extern const CounterKernels threefry_kernels;
const CounterKernels threefry_kernels = {words};

}  // namespace mlmath::MLMATH_LEVEL
