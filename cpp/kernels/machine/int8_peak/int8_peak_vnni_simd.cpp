// SPDX-License-Identifier: BSD-3-Clause
// int8_peak: independent chains of vpdpbusd in registers. Compiled for the unit vnni.
#include <immintrin.h>

#include "kernels/machine/int8_peak/int8_peak_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: a chain's next step waits for its last one; the chains must cover latency times units, and leave room for the
//   operands.
// Arithmetic: 5 cycles x 2 units = 10 chains; 32 registers.
// Decision: 5 x 4 = 20 chains, 9 operands.
constexpr int a_blocks = 5, b_blocks = 4;

void nothing() {}

// The instruction by name: GCC 12 gives the intrinsic's sum a register of its own, and moves all chains through the stack in
// every round.
inline void add_products(__m512i& c, __m512i b, __m512i a) { asm("vpdpbusd %2, %1, %0" : "+v"(c) : "v"(b), "v"(a)); }

std::int64_t run(std::ptrdiff_t rounds, const std::int8_t* a, const std::uint8_t* b) {
    __m512i x[a_blocks], y[b_blocks], c[a_blocks][b_blocks];
#pragma GCC unroll 8
    for (int i = 0; i < a_blocks; ++i) x[i] = _mm512_load_si512(a + 64 * i);
#pragma GCC unroll 8
    for (int j = 0; j < b_blocks; ++j) y[j] = _mm512_load_si512(b + 64 * j);
#pragma GCC unroll 8
    for (int i = 0; i < a_blocks; ++i)
#pragma GCC unroll 8
        for (int j = 0; j < b_blocks; ++j) c[i][j] = _mm512_setzero_si512();
    for (std::ptrdiff_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 8
        for (int i = 0; i < a_blocks; ++i)
#pragma GCC unroll 8
            for (int j = 0; j < b_blocks; ++j) add_products(c[i][j], y[j], x[i]);
    }
    alignas(64) std::int32_t lanes[16];
    std::int64_t sum = 0;
#pragma GCC unroll 8
    for (int i = 0; i < a_blocks; ++i)
#pragma GCC unroll 8
        for (int j = 0; j < b_blocks; ++j) {
            _mm512_store_si512(lanes, c[i][j]);
            for (int l = 0; l < 16; ++l) sum += lanes[l];
        }
    return sum;
}

}  // namespace

extern const Int8PeakKernel int8_peak_kernel;
const Int8PeakKernel int8_peak_kernel = {nothing, nothing, run, a_blocks, b_blocks, 1};

}  // namespace mlmath::MLMATH_LEVEL
