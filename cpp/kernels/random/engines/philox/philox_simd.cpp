// SPDX-License-Identifier: BSD-3-Clause
// Philox4x64-10 as an engine. Compiled once per level.
#include "kernels/random/engines/counter_blocks.hpp"
#include "kernels/random/engines/counter_key.hpp"
#include "kernels/random/engines/products.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr std::uint64_t multiplier[2] = {0xd2e7470ee14c6c93u, 0xca5a826395121157u};
constexpr std::uint64_t key_step[2] = {0x9e3779b97f4a7c15u, 0xbb67ae8584caa73bu};

// Constraint: a block takes 20 products of 64 x 64 bits to 128.
// Arithmetic: the scalar unit makes one a cycle: 5 cycles a word. A register makes one per lane of four or five products and about
//   12 additions and shifts: 85 operations a word over the lanes, 11 at 8 lanes, 21 at 4, 43 at 2. Measured, ns a word: 512 bits
//   0.63, 256 bits 1.48, 128 bits 3.3, scalar 1.64.
// Decision: registers of 256 bits and more; otherwise the scalar unit with four blocks interleaved (two: 1.80, one: 1.97).
#if MLMATH_VECTOR_BYTES >= 32

// high, low <- the 128 bits of a m. Each sum below is less than 2^64.
MLMATH_INLINE void multiply(vec_u64 a, std::uint64_t m, vec_u64& high, vec_u64& low) {
    const vec_u64 low_half = broadcast<std::uint64_t>(0xffffffffu);
    const vec_u64 a1 = a >> 32, m0 = broadcast(m & 0xffffffffu), m1 = broadcast(m >> 32);
    const vec_u64 p00 = product_of_halves(a, m0), p10 = product_of_halves(a1, m0);
    const vec_u64 p01 = product_of_halves(a, m1), p11 = product_of_halves(a1, m1);
    const vec_u64 s = p10 + (p00 >> 32), t = p01 + (s & low_half);
    high = p11 + (s >> 32) + (t >> 32);
#if MLMATH_VECTOR_BYTES == 64
    low = (vec_u64)_mm512_mullo_epi64((__m512i)a, (__m512i)broadcast(m));
#else
    low = (t << 32) | (p00 & low_half);
#endif
}

void words(const std::uint64_t (&key)[4], const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* out) {
    run_blocks(counter, steps, out, [&]<int n>(vec_u64(&x)[n][4]) __attribute__((always_inline)) {
        std::uint64_t k0 = key[0], k1 = key[1];
        MLMATH_UNROLL for (int round = 0; round < 10; ++round, k0 += key_step[0], k1 += key_step[1]) {
            MLMATH_UNROLL for (int v = 0; v < n; ++v) {
                vec_u64 high0, low0, high1, low1;
                multiply(x[v][0], multiplier[0], high0, low0);
                multiply(x[v][2], multiplier[1], high1, low1);
                x[v][0] = high1 ^ x[v][1] ^ broadcast(k0), x[v][1] = low1;
                x[v][2] = high0 ^ x[v][3] ^ broadcast(k1), x[v][3] = low0;
            }
        }
    });
}

#else

void words(const std::uint64_t (&key)[4], const std::uint64_t (&counter)[4], std::ptrdiff_t steps, std::uint64_t* out) {
    std::uint64_t low = counter[0];
    for (std::ptrdiff_t step = 0; step < steps; ++step, low += 4, out += 16) {
        std::uint64_t x[4][4], k0 = key[0], k1 = key[1];
        MLMATH_UNROLL for (int b = 0; b < 4; ++b) x[b][0] = low + static_cast<std::uint64_t>(b), x[b][1] = counter[1],
                                                  x[b][2] = counter[2], x[b][3] = counter[3];
        MLMATH_UNROLL for (int round = 0; round < 10; ++round, k0 += key_step[0], k1 += key_step[1]) {
            MLMATH_UNROLL for (int b = 0; b < 4; ++b) {
                const unsigned __int128 p = static_cast<unsigned __int128>(multiplier[0]) * x[b][0],
                                        q = static_cast<unsigned __int128>(multiplier[1]) * x[b][2];
                x[b][0] = static_cast<std::uint64_t>(q >> 64) ^ x[b][1] ^ k0, x[b][1] = static_cast<std::uint64_t>(q);
                x[b][2] = static_cast<std::uint64_t>(p >> 64) ^ x[b][3] ^ k1, x[b][3] = static_cast<std::uint64_t>(p);
            }
        }
        MLMATH_UNROLL for (int b = 0; b < 4; ++b) MLMATH_UNROLL for (int i = 0; i < 4; ++i) out[4 * b + i] = x[b][i];
    }
}

#endif

}  // namespace

extern const CounterKernels philox_kernels;
const CounterKernels philox_kernels = {words};

}  // namespace mlmath::MLMATH_LEVEL
