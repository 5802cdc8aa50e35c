// SPDX-License-Identifier: BSD-3-Clause
// fma_peak: independent chains of multiply-adds in registers. Compiled once per level.
#include "kernels/machine/fma_peak/fma_peak_chains.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: a chain's next step waits for its last one; the chains must cover latency times units, and leave room for u, v and,
//   without FMA, a product.
// Arithmetic: 4 cycles x 2 units = 8 on x86-64, 4 x 4 = 16 on wide aarch64 cores; 16 registers (AVX2 and below) or 32.
// Decision: 12 chains of 16 registers, 24 of 32.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int chains = 24;
#else
constexpr int chains = 12;
#endif

// Makes the compiler forget what it knows about a register, without an instruction: otherwise u*v, the same in every step, would be
// computed once where multiplication and addition are two instructions.
template <class V>
MLMATH_INLINE void forget(V& v) {
#if defined(__AVX512F__)
    asm volatile("" : "+v"(v));
#elif defined(__x86_64__)
    asm volatile("" : "+x"(v));
#else
    asm volatile("" : "+w"(v));
#endif
}

template <class T>
void run_chains(T u_value, T v_value, T s, std::ptrdiff_t rounds, T* lanes) {
    vec<T> u = broadcast<T>(u_value), sum[chains];
    const vec<T> v = broadcast<T>(v_value);
    MLMATH_UNROLL for (int c = 0; c < chains; ++c) sum[c] = broadcast<T>(s);
    for (std::ptrdiff_t i = 0; i < rounds; ++i) {
        MLMATH_UNROLL for (int c = 0; c < chains; ++c) {
            forget(u);
            sum[c] = fma(u, v, sum[c]);
        }
    }
    MLMATH_UNROLL for (int c = 0; c < chains; ++c) store(lanes + c * width<T>, sum[c]);
}

}  // namespace

extern const FmaPeakKernels fma_peak_kernels;
const FmaPeakKernels fma_peak_kernels = {
    {run_chains<double>, chains * width<double>}, {run_chains<float>, chains * width<float>}, has_fma};

}  // namespace mlmath::MLMATH_LEVEL
