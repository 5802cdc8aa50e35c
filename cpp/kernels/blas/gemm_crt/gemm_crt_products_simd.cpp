// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: products modulo a small number by dot products of bytes in vector registers.
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_reduction_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

void begin() {}
void end() {}

// Constraint: two vpdpbusd start in a cycle and each takes 4 to 5, so at least 10 sums must be under way; a cycle loads two
//   vectors; 32 registers hold sums, B and A.
// Arithmetic, of a tile of R rows x 2 vectors: 2 R sums, and R + 2 loads for 2 R products. R = 8: 16 sums, 10 loads in 8 cycles. R
//   = 12: 24 sums, 14 loads in 12 cycles, but 32 rows are not a multiple of 12.
// Decision: 8 x 2. Each dword of A is broadcast once by a load and used twice: as a memory operand of both products it would be
//   18 loads in 8 cycles.
constexpr int rows_at_once = 8;

// Rows a .. a + 7 of a panel of A, all 32 columns of one of B, 8 rows of a block of C.
template <bool first>
MLMATH_INLINE void rows_of_block(const std::int8_t* a, const std::uint8_t* b, std::ptrdiff_t steps, const CrtReduction& reduction,
                                 std::uint8_t* c) {
    __m512i sum[rows_at_once][2];
    MLMATH_UNROLL for (int r = 0; r < rows_at_once; ++r) sum[r][0] = sum[r][1] = _mm512_setzero_si512();
    for (std::ptrdiff_t s = 0; s < steps; ++s, a += crt_step_bytes, b += crt_step_bytes)
        MLMATH_UNROLL for (int j = 0; j < 16; ++j) {
            const __m512i b0 = _mm512_load_si512(b + 64 * j), b1 = _mm512_load_si512(b + crt_tile_bytes + 64 * j);
            MLMATH_UNROLL for (int r = 0; r < rows_at_once; ++r) {
                std::int32_t four;
                __builtin_memcpy(&four, a + 64 * r + 4 * j, 4);
                const __m512i x = _mm512_set1_epi32(four);
                sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], b0, x);
                sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], b1, x);
            }
        }
    MLMATH_UNROLL for (int r = 0; r < rows_at_once; r += 2) {
        __m512i bytes = reduction.bytes(sum[r][0], sum[r][1], sum[r + 1][0], sum[r + 1][1]);
        if constexpr (!first) bytes = reduction.add(bytes, _mm512_load_si512(c + 32 * r));
        _mm512_store_si512(c + 32 * r, bytes);
    }
}

// A share of what is met next, into the second-level cache.
MLMATH_INLINE void fetch(const void* from, std::ptrdiff_t first_line, std::ptrdiff_t lines) {
    if (from == nullptr) return;
    for (std::ptrdiff_t l = first_line; l < first_line + lines; ++l)
        _mm_prefetch(static_cast<const char*>(from) + 64 * l, _MM_HINT_T1);
}

// While the first panel of A meets the panels of B, which come from afar, each asks for the next one; the next panel of A, or of
// the next product, comes in shares.
template <bool first>
void products(const CrtProduct& x) {
    const CrtReduction reduction(crt_moduli[x.modulus]);
    const std::ptrdiff_t panel_bytes = x.steps * crt_step_bytes, lines = panel_bytes / 64;
    const std::ptrdiff_t share = (lines + x.b_panels - 1) / x.b_panels;
    for (std::ptrdiff_t i = 0; i < x.a_panels; ++i)
        for (std::ptrdiff_t j = 0; j < x.b_panels; ++j) {
            const std::int8_t* const a = x.a + i * panel_bytes;
            const std::uint8_t* const b = x.b + j * panel_bytes;
            const bool last = i + 1 == x.a_panels;
            fetch(last ? x.next_a : a + panel_bytes, j * share, share);
            if (i == 0 && j + 1 < x.b_panels) fetch(b + panel_bytes, 0, lines);
            if (last) fetch(x.next_b, j * share, share);
            std::uint8_t* const c = x.c + (i * x.b_panels + j) * crt_block_bytes;
            for (int r = 0; r < crt_panel_lines; r += rows_at_once)
                rows_of_block<first>(a + r / 16 * crt_tile_bytes + r % 16 * 64, b, x.steps, reduction, c + 32 * r);
        }
}

void product(const CrtProduct& x) { x.first ? products<true>(x) : products<false>(x); }

}  // namespace

extern const CrtProductKernels gemm_crt_products;
const CrtProductKernels gemm_crt_products = {begin, end, product};

}  // namespace mlmath::MLMATH_LEVEL
