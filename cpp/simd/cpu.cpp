// SPDX-License-Identifier: BSD-3-Clause
// CPUID, read once. The x86-64 psABI defines the feature lists of the levels v2, v3 and v4 [X86psABI, sec. 3.1.1].
#include "simd/cpu.hpp"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace mlmath {

const char* level_name(Level level) {
    static const char* const names[] = {
#define MLMATH_NAME_STRING(name) #name,
        MLMATH_FOR_EACH_LEVEL(MLMATH_NAME_STRING)
#undef MLMATH_NAME_STRING
    };
    return names[static_cast<int>(level)];
}

#if defined(__x86_64__)
namespace {

struct Registers {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(unsigned leaf, unsigned subleaf = 0) {
    Registers r;
    if (leaf <= __get_cpuid_max(leaf & 0x80000000u, nullptr)) __cpuid_count(leaf, subleaf, r.eax, r.ebx, r.ecx, r.edx);
    return r;
}

// Which register files the operating system saves on a context switch (XCR0). Without OSXSAVE nothing beyond SSE may be used.
std::uint64_t saved_state() {
    if (!(cpuid(1).ecx & bit_OSXSAVE)) return 0;
    std::uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (static_cast<std::uint64_t>(high) << 32) | low;
}

bool has(unsigned value, unsigned bits) { return (value & bits) == bits; }

struct Support {
    bool v2, v3, v4;
    ByteProductSupport bytes;
};

Support detect() {
    const Registers one = cpuid(1), seven = cpuid(7), extended = cpuid(0x80000001u);
    const std::uint64_t state = saved_state();
    Support s;
    s.v2 = has(one.ecx, bit_SSE3 | bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT | bit_CMPXCHG16B);
    constexpr std::uint64_t ymm = 0x6, zmm = 0xe6;  // XMM+YMM; and opmask, upper halves, registers 16..31
    constexpr unsigned lzcnt = 1u << 5;
    s.v3 = s.v2 && (state & ymm) == ymm && has(one.ecx, bit_AVX | bit_F16C | bit_FMA | bit_MOVBE) &&
           has(seven.ebx, bit_AVX2 | bit_BMI | bit_BMI2) && has(extended.ecx, lzcnt);
    s.v4 = s.v3 && (state & zmm) == zmm && has(seven.ebx, bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL);
    // Leaf 7 again; named here, as cpuid.h of older compilers lacks some of them. XCR0: 17 tile configuration, 18 tile data.
    constexpr unsigned ebx_ifma = 1u << 21, ecx_vbmi = 1u << 1, ecx_vnni = 1u << 11, edx_amx_tile = 1u << 24, edx_amx_int8 = 1u << 25;
    constexpr std::uint64_t tiles = 3u << 17;
    s.bytes.vnni = s.v4 && has(seven.ebx, ebx_ifma) && has(seven.ecx, ecx_vbmi | ecx_vnni);
    s.bytes.amx_int8 = has(seven.edx, edx_amx_tile | edx_amx_int8);
    s.bytes.tile_state_saved = (state & tiles) == tiles;
    return s;
}

const Support& support() {
    static const Support detected = detect();
    return detected;
}

}  // namespace

bool cpu_supports(Level level) {
    switch (level) {
        case Level::baseline: return support().v2;
        case Level::avx2: return support().v3;
        case Level::avx512: return support().v4;
        default: return false;
    }
}

ByteProductSupport byte_product_support() { return support().bytes; }

const char* cpu_name() {
    static const struct Name {
        char text[49] = "unknown";
        Name() {
            if (cpuid(0x80000000u).eax < 0x80000004u) return;
            for (unsigned part = 0; part < 3; ++part) {
                const Registers r = cpuid(0x80000002u + part);
                std::memcpy(text + 16 * part, &r, 16);
            }
            text[48] = '\0';
        }
    } name;
    const char* start = name.text;
    while (*start == ' ') ++start;
    return start;
}

#else

bool cpu_supports(Level level) { return level == Level::neon; }  // Advanced SIMD is part of every aarch64
ByteProductSupport byte_product_support() { return {}; }
const char* cpu_name() { return "aarch64"; }

#endif

}  // namespace mlmath
