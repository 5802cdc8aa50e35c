// SPDX-License-Identifier: BSD-3-Clause
// What this CPU and its operating system support, in terms of the levels the kernels are compiled for.
#pragma once

namespace mlmath {

#if defined(__x86_64__)
// X(level) for every level, lowest first. The names are the namespaces of the kernel units and the rows of the variants table.
#define MLMATH_FOR_EACH_LEVEL(X) X(baseline) X(avx2) X(avx512)
#elif defined(__aarch64__)
#define MLMATH_FOR_EACH_LEVEL(X) X(neon)
#endif

enum class Level : int {
#define MLMATH_LEVEL_NAME(level) level,
    MLMATH_FOR_EACH_LEVEL(MLMATH_LEVEL_NAME)
#undef MLMATH_LEVEL_NAME
        count
};
constexpr int level_count = static_cast<int>(Level::count);

const char* level_name(Level level);

/// Whether CPU and operating system can run every instruction of the level (a level is asked for as a whole: its units may use any
/// instruction of it).
bool cpu_supports(Level level);

/// What CPU and operating system say about units that multiply bytes (int8_unit.hpp decides).
struct ByteProductSupport {
    bool vnni = false;              // AVX-512 VNNI, IFMA and VBMI beside the whole level avx512
    bool amx_int8 = false;          // the CPU has tiles (AMX-TILE) and their products of bytes (AMX-INT8)
    bool tile_state_saved = false;  // XCR0: tile configuration and tile data survive a context switch
};
ByteProductSupport byte_product_support();

/// The brand string, for `info` ("unknown" where there is none).
const char* cpu_name();

}  // namespace mlmath
