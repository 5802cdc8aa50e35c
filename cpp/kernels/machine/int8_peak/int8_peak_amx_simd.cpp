// SPDX-License-Identifier: BSD-3-Clause
// int8_peak: products of tiles in tile registers. Compiled for the unit amx.
#include <immintrin.h>

#include "kernels/machine/int8_peak/int8_peak_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: eight tile registers; a product occupies the unit for 16 cycles, and its C tile for 52.
// Arithmetic: 52 / 16: four C tiles keep the unit busy; two of A and two of B make them and fill the eight.
constexpr int blocks = 2;

// Palette 1: tile registers of at most 16 rows of 64 bytes; here all of them whole. [The 64 bytes that LDTILECFG reads.]
struct alignas(64) TileConfiguration {
    std::uint8_t palette, start_row, reserved[14];
    std::uint16_t row_bytes[16];
    std::uint8_t rows[16];
};
static_assert(sizeof(TileConfiguration) == 64);
// In memory for good: a compiler that knows nothing of LDTILECFG may drop the stores to a local one.
const TileConfiguration whole_tiles = {1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};

void begin() {
    asm volatile("" ::: "memory");
    _tile_loadconfig(&whole_tiles);
}
void end() { _tile_release(); }

std::int64_t sum_of(const std::int32_t* entries) {
    std::int64_t sum = 0;
    for (int e = 0; e < 256; ++e) sum += entries[e];
    return sum;
}

// Tiles 0..3 are C, 4 and 5 A, 6 and 7 B.
std::int64_t run(std::ptrdiff_t rounds, const std::int8_t* a, const std::uint8_t* b) {
    _tile_loadd(4, a, 64);
    _tile_loadd(5, a + 1024, 64);
    _tile_loadd(6, b, 64);
    _tile_loadd(7, b + 1024, 64);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::ptrdiff_t round = 0; round < rounds; ++round) {
        _tile_dpbsud(0, 4, 6);
        _tile_dpbsud(1, 4, 7);
        _tile_dpbsud(2, 5, 6);
        _tile_dpbsud(3, 5, 7);
    }
    alignas(64) std::int32_t entries[256];
    std::int64_t sum = 0;
    _tile_stored(0, entries, 64);
    sum += sum_of(entries);
    _tile_stored(1, entries, 64);
    sum += sum_of(entries);
    _tile_stored(2, entries, 64);
    sum += sum_of(entries);
    _tile_stored(3, entries, 64);
    return sum + sum_of(entries);
}

}  // namespace

extern const Int8PeakKernel int8_peak_kernel;
const Int8PeakKernel int8_peak_kernel = {begin, end, run, blocks, blocks, 16};

}  // namespace mlmath::MLMATH_LEVEL
