// SPDX-License-Identifier: BSD-3-Clause
// fma_peak, textbook: the recurrence every lane computes.
#pragma once
#include <cmath>
#include <cstddef>

namespace mlmath::textbook {

/// s <- s + u*v, `rounds` times; fused: rounded once per step, as the level does it, otherwise twice.
template <class T>
T fma_chain(T u, T v, T s, std::ptrdiff_t rounds, bool fused) {
    for (std::ptrdiff_t i = 0; i < rounds; ++i) s = fused ? std::fma(u, v, s) : u * v + s;
    return s;
}

}  // namespace mlmath::textbook
