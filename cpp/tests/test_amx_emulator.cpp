// SPDX-License-Identifier: BSD-3-Clause
// AMX instructions against plain loops: emulated where the machine has none, natively where it has; and what the emulator refuses.
#include "tests/amx_emulator.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <signal.h>
#include <ucontext.h>

#include <cstdint>

#include "core/thread_pool.hpp"
#include "tests/arrays.hpp"

// Clang's assembler wants to hear of them; GCC's knows all.
#define MLMATH_TILES __attribute__((target("amx-tile,amx-int8"), noinline))

namespace mlmath::tests {
namespace {

struct Configuration {
    std::uint8_t palette, start_row, reserved[14];
    std::uint16_t row_bytes[16];
    std::uint8_t rows[16];
};

MLMATH_TILES void configure(const Configuration& all) { asm volatile("ldtilecfg %0" : : "m"(all)); }
MLMATH_TILES Configuration configuration() {
    Configuration all;
    asm volatile("sttilecfg %0" : "=m"(all));
    return all;
}
MLMATH_TILES void release() { asm volatile("tilerelease"); }

// Tile 0 (C): m x n sums; 3 (A): m rows of k bytes; 7 (B): k / 4 rows of 4 n bytes.
Configuration shapes(int m, int n, int k) {
    Configuration all{};
    all.palette = 1;
    const auto tile = [&](int t, int rows, int row_bytes) {
        all.rows[t] = static_cast<std::uint8_t>(rows), all.row_bytes[t] = static_cast<std::uint16_t>(row_bytes);
    };
    tile(0, m, 4 * n), tile(3, m, k), tile(7, k / 4, 4 * n);
    return all;
}

enum class Signs { ss, su, us, uu };

MLMATH_TILES void multiply(Signs signs, const std::uint8_t* a, const std::uint8_t* b, std::int32_t* c, std::ptrdiff_t row) {
    asm volatile("tileloadd (%0,%1,1), %%tmm0" : : "r"(c), "r"(row) : "memory");
    asm volatile("tileloadd (%0,%1,1), %%tmm3" : : "r"(a), "r"(row) : "memory");
    asm volatile("tileloaddt1 (%0,%1,1), %%tmm7" : : "r"(b), "r"(row) : "memory");
    switch (signs) {
        case Signs::ss:
            asm volatile("tdpbssd %tmm7, %tmm3, %tmm0");
            break;
        case Signs::su:
            asm volatile("tdpbsud %tmm7, %tmm3, %tmm0");
            break;
        case Signs::us:
            asm volatile("tdpbusd %tmm7, %tmm3, %tmm0");
            break;
        case Signs::uu:
            asm volatile("tdpbuud %tmm7, %tmm3, %tmm0");
            break;
    }
    asm volatile("tilestored %%tmm0, (%0,%1,1)" : : "r"(c), "r"(row) : "memory");
}

std::vector<std::uint8_t> some_bytes(std::size_t count, unsigned long long seed) {
    Numbers numbers(seed);
    std::vector<std::uint8_t> x(count);
    for (auto& e : x) {
        const double value = numbers.next();
        e = value < -0.8 ? 128 : value > 0.8 ? 255 : static_cast<std::uint8_t>(128 + 127 * value);
    }
    return x;
}

// Rows of 64 bytes, whatever the shape. Sums begin near the ends of 32 bits: they wrap.
void check_products(int m, int n, int k, unsigned long long seed) {
    const auto a = some_bytes(1024, seed), b = some_bytes(1024, seed + 1);
    std::vector<std::int32_t> begin(256);
    for (int e = 0; e < 256; ++e) begin[e] = e % 3 == 0 ? INT32_MAX - e : e % 3 == 1 ? INT32_MIN + e : e;
    for (const Signs signs : {Signs::ss, Signs::su, Signs::us, Signs::uu}) {
        auto expected = begin, c = begin;
        for (int i = 0; i < m; ++i)
            for (int j = 0; j < n; ++j) {
                std::int64_t sum = begin[16 * i + j];
                for (int p = 0; p < k; ++p) {
                    const int x = a[64 * i + p], y = b[64 * (p / 4) + 4 * j + p % 4];
                    const bool a_signed = signs == Signs::ss || signs == Signs::su,
                               b_signed = signs == Signs::ss || signs == Signs::us;
                    sum += (a_signed && x > 127 ? x - 256 : x) * (b_signed && y > 127 ? y - 256 : y);
                }
                expected[16 * i + j] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum));
            }
        configure(shapes(m, n, k));
        multiply(signs, a.data(), b.data(), c.data(), 64);
        release();
        MLMATH_CHECK(same_bits(c, expected));  // and nothing outside of the shape was written
    }
}

// Bases, indices and displacements of every kind of encoding: rows r of `from` reach rows r of `to`.
MLMATH_TILES void copy_in_many_ways(const std::uint8_t* from, std::uint8_t* to, std::ptrdiff_t row) {
    register const std::uint8_t* high_base asm("r13") = from + 3;
    register std::ptrdiff_t high_index asm("r12") = row;
    asm volatile("tileloadd -3(%0,%1,1), %%tmm1" : : "r"(high_base), "r"(high_index) : "memory");
    register std::uint8_t* low_base asm("rdx") = to - 1000;
    register std::ptrdiff_t half asm("r9") = row / 2;
    asm volatile("tilestored %%tmm1, 1000(%0,%1,2)" : : "r"(low_base), "r"(half) : "memory");
    asm volatile("tilezero %tmm1");
    register const std::uint8_t* plain asm("rcx") = from + 16 * row;
    asm volatile("tileloaddt1 (%0,%1,1), %%tmm1" : : "r"(plain), "r"(high_index) : "memory");
    asm volatile("tilestored %%tmm1, (%0,%1,1)" : : "r"(to + 16 * row), "r"(row) : "memory");
    asm volatile("tilezero %tmm1");
    asm volatile("tilestored %%tmm1, (%0,%1,1)" : : "r"(to + 32 * row), "r"(row) : "memory");
}

// tdpbssd %tmm7, %tmm3, %tmm3, which assemblers refuse.
MLMATH_TILES void same_tile_twice() { asm volatile(".byte 0xc4, 0xe2, 0x43, 0x5e, 0xdb"); }
MLMATH_TILES void shapes_apart() { asm volatile("tdpbssd %tmm3, %tmm7, %tmm0"); }
MLMATH_TILES void unused_tile() { asm volatile("tilezero %tmm5"); }

int undefined_met = 0;
void skip_undefined(int, siginfo_t*, void* context) {
    ++undefined_met;
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP] += 2;
}

}  // namespace

MLMATH_TEST_ONCE(amx_emulator_products) {
    AmxEmulator emulator;
    check_products(16, 16, 64, 1);
    check_products(5, 7, 12, 2);
    check_products(1, 1, 4, 3);
    check_products(16, 3, 64, 4);
    check_products(2, 16, 8, 5);
    MLMATH_CHECK(emulator.complaint().empty());
}

MLMATH_TEST_ONCE(amx_emulator_loads_and_stores) {
    AmxEmulator emulator;
    for (const std::ptrdiff_t row : {64, 66, 192}) {
        const auto from = some_bytes(static_cast<std::size_t>(48 * row), 7);
        std::vector<std::uint8_t> to(from.size(), 77), expected(to);
        Configuration all{};
        all.palette = 1, all.rows[1] = 11, all.row_bytes[1] = 52;
        for (std::ptrdiff_t r = 0; r < 11; ++r)
            for (std::ptrdiff_t b = 0; b < 52; ++b) {
                for (const std::ptrdiff_t block : {0, 16}) expected[(block + r) * row + b] = from[(block + r) * row + b];
                expected[(32 + r) * row + b] = 0;
            }
        configure(all);
        copy_in_many_ways(from.data(), to.data(), row);
        release();
        MLMATH_CHECK(same_bits(to, expected));
    }
    MLMATH_CHECK(emulator.complaint().empty());
}

MLMATH_TEST_ONCE(amx_emulator_configuration) {
    AmxEmulator emulator;
    const Configuration set = shapes(9, 8, 32), none{};
    configure(set);
    Configuration seen = configuration();
    MLMATH_CHECK(same_bits(&seen, &set, 1));
    release();
    seen = configuration();
    MLMATH_CHECK(same_bits(&seen, &none, 1));
    configure(set);
    configure(none);  // palette 0 releases too
    seen = configuration();
    MLMATH_CHECK(same_bits(&seen, &none, 1));
    MLMATH_CHECK(emulator.complaint().empty());
}

// Every thread has tiles of its own, and other shapes in them.
MLMATH_TEST_ONCE(amx_emulator_threads) {
    AmxEmulator emulator;
    for (int round = 0; round < 20; ++round)
        parallel(3, [&](Team& team) {
            for (int t = 0; t < 3; ++t) check_products(16 - team.rank(), 8 + team.rank(), 64 - 4 * team.rank(), 10 + team.rank());
        });
    MLMATH_CHECK(emulator.complaint().empty());
}

MLMATH_TEST_ONCE(amx_emulator_refuses) {
    AmxEmulator emulator;
    if (!emulator.emulating()) return;  // a machine's own refusal ends the program
    unused_tile();
    MLMATH_CHECK(emulator.complaint() == "tilezero: tiles are not configured (#UD)");
    configure(shapes(4, 5, 8));
    unused_tile();
    MLMATH_CHECK(emulator.complaint() == "tilezero: the tile has no rows (#UD)");
    same_tile_twice();
    unused_tile();  // the first is reported
    MLMATH_CHECK(emulator.complaint() == "tdpbssd: the same tile twice (#UD)");
    shapes_apart();
    MLMATH_CHECK(emulator.complaint() == "tdpbssd: the shapes of the tiles do not match (#UD)");
    Configuration all = shapes(4, 4, 4);
    all.palette = 2;
    configure(all);
    MLMATH_CHECK(emulator.complaint() == "ldtilecfg: there is no such palette (#GP)");
    all.palette = 1, all.rows[2] = 17, all.row_bytes[2] = 64;
    configure(all);
    MLMATH_CHECK(emulator.complaint() == "ldtilecfg: a tile of more than 16 rows of 64 bytes (#GP)");
    all.rows[2] = 0;
    configure(all);
    MLMATH_CHECK(emulator.complaint() == "ldtilecfg: rows without bytes, or bytes without rows (#GP)");
    MLMATH_CHECK(AmxEmulator::configured());  // a refused configuration leaves the old one
    release();
    MLMATH_CHECK(!AmxEmulator::configured());
    MLMATH_CHECK(emulator.complaint().empty());
}

// What it does not know goes to whom it went before, and the handler before it comes back.
MLMATH_TEST_ONCE(amx_emulator_leaves_the_rest) {
    struct sigaction ours{}, before, after;
    ours.sa_sigaction = skip_undefined;
    ours.sa_flags = SA_SIGINFO;
    MLMATH_CHECK(sigaction(SIGILL, &ours, &before) == 0);
    undefined_met = 0;
    {
        AmxEmulator emulator;
        asm volatile("ud2" : : : "memory");
        check_products(16, 16, 64, 30);
        MLMATH_CHECK(emulator.complaint().empty());
    }
    MLMATH_CHECK(undefined_met == 1);
    MLMATH_CHECK(sigaction(SIGILL, &before, &after) == 0);
    MLMATH_CHECK(after.sa_sigaction == skip_undefined);
}

}  // namespace mlmath::tests
#endif
