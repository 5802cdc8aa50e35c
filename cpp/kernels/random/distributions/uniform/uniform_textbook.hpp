// SPDX-License-Identifier: BSD-3-Clause
// uniform, textbook: one element at a time, each from its own word of the stream. Oracle of the tests, baseline of the benchmark.
#pragma once
#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

/// Element `index` counted from the stream's beginning.
inline double unit_f64(const StreamKey& key, std::uint64_t index) {
    return static_cast<double>(xblock_word(key, index) >> 11) * 0x1p-53;
}

/// Two elements to a word, the low half first.
inline float unit_f32(const StreamKey& key, std::uint64_t index) {
    const std::uint64_t word = xblock_word(key, index / 2);
    const auto half = static_cast<std::uint32_t>(index % 2 == 0 ? word : word >> 32);
    return static_cast<float>(half >> 8) * 0x1p-24f;
}

template <class T>
T uniform(T unit, T low, T range) {
    const T scaled = range * unit;
    return low + scaled;
}

}  // namespace mlmath::textbook
