// SPDX-License-Identifier: BSD-3-Clause
// The range of a block of integers. Compiled once per level. (Counting itself is one increment per element on every level.)
#include "kernels/reduce/bincount/bincount_range.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void range_of(const T* x, std::ptrdiff_t n, T* range) {
    // Four chains: a minimum takes 1 to 3 cycles, and two loads per cycle feed them.
    constexpr int chains = 4;
    vec<T> low[chains], high[chains];
    MLMATH_UNROLL for (int c = 0; c < chains; ++c) low[c] = broadcast(range[0]), high[c] = broadcast(range[1]);
    const auto add = [](vec<T> v, vec<T> & lo, vec<T> & hi) __attribute__((always_inline)) {
        lo = v < lo ? v : lo;
        hi = v > hi ? v : hi;
    };
    std::ptrdiff_t i = 0;
    for (; i + chains * width<T> <= n; i += chains * width<T>)
        MLMATH_UNROLL for (int c = 0; c < chains; ++c) add(load(x + i + c * width<T>), low[c], high[c]);
    for (; i + width<T> <= n; i += width<T>) add(load(x + i), low[0], high[0]);
    MLMATH_UNROLL for (int c = 1; c < chains; ++c) add(low[c], low[0], high[0]), add(high[c], low[0], high[0]);
    for (int l = 0; l < width<T>; ++l) {
        if (low[0][l] < range[0]) range[0] = low[0][l];
        if (high[0][l] > range[1]) range[1] = high[0][l];
    }
    for (; i < n; ++i) {
        if (x[i] < range[0]) range[0] = x[i];
        if (x[i] > range[1]) range[1] = x[i];
    }
}

}  // namespace

extern const BincountKernels bincount_kernels;
const BincountKernels bincount_kernels = {range_of<std::int64_t>, range_of<std::int32_t>};

}  // namespace mlmath::MLMATH_LEVEL
