// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, a rung of the ladder: products on AMX tiles, and the sums of a block reduced after them. gemm_crt_tiles_simd.cpp
// does both at once.
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_reduction_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// 32 rows of A times 32 columns of B: tiles 0..3 hold 2 x 2 of C in row order, 4 and 5 of A, 6 and 7 of B; each loaded tile serves
// twice, four products of 16 cycles to four loads of 8.
MLMATH_INLINE void block_of_tiles(const std::int8_t* a, const std::uint8_t* b, std::ptrdiff_t steps, std::int32_t* sums) {
    constexpr std::ptrdiff_t row = 64, row_of_sums = 4 * crt_panel_lines, below = crt_tile_lines * crt_panel_lines;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::ptrdiff_t s = 0; s < steps; ++s, a += crt_step_bytes, b += crt_step_bytes) {
        _tile_loadd(4, a, row);
        _tile_loadd(5, a + crt_tile_bytes, row);
        _tile_loadd(6, b, row);
        _tile_loadd(7, b + crt_tile_bytes, row);
        _tile_dpbsud(0, 4, 6);
        _tile_dpbsud(1, 4, 7);
        _tile_dpbsud(2, 5, 6);
        _tile_dpbsud(3, 5, 7);
    }
    _tile_stored(0, sums, row_of_sums);
    _tile_stored(1, sums + 16, row_of_sums);
    _tile_stored(2, sums + below, row_of_sums);
    _tile_stored(3, sums + below + 16, row_of_sums);
}

MLMATH_INLINE void to_bytes(const CrtReduction& reduction, const std::int32_t* sums, bool first, std::uint8_t* c) {
    for (std::ptrdiff_t e = 0; e < crt_block_bytes; e += 64) {
        const __m512i* const from = reinterpret_cast<const __m512i*>(sums + e);
        const __m512i x = reduction.bytes(from[0], from[1], from[2], from[3]);
        _mm512_store_si512(c + e, first ? x : reduction.add(x, _mm512_load_si512(c + e)));
    }
}

void product(const CrtProduct& x) {
    alignas(64) std::int32_t sums[crt_block_bytes];
    const CrtReduction reduction(crt_moduli[x.modulus]);
    const std::ptrdiff_t panel_bytes = x.steps * crt_step_bytes;
    std::uint8_t* c = x.c;
    for (std::ptrdiff_t i = 0; i < x.a_panels; ++i)
        for (std::ptrdiff_t j = 0; j < x.b_panels; ++j, c += crt_block_bytes) {
            block_of_tiles(x.a + i * panel_bytes, x.b + j * panel_bytes, x.steps, sums);
            to_bytes(reduction, sums, x.first, c);
        }
}

}  // namespace

extern const CrtProductKernels gemm_crt_tiles, gemm_crt_tiles_apart;
const CrtProductKernels gemm_crt_tiles_apart = {[] { gemm_crt_tiles.begin(); }, [] { gemm_crt_tiles.end(); }, product};

}  // namespace mlmath::MLMATH_LEVEL
