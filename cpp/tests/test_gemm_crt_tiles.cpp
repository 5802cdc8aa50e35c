// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt's products on AMX tiles against plain loops, and whole products against the textbook: natively where the machine has
// tiles, otherwise through the emulator, with AVX-512 VNNI, IFMA and VBMI at least.
#include "tests/amx_emulator.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <algorithm>
#include <cfenv>

#include "kernels/blas/gemm_crt/gemm_crt.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_textbook.hpp"
#include "simd/int8_unit.hpp"
#include "tests/arrays.hpp"

namespace mlmath {
namespace amx {
extern const CrtProductKernels gemm_crt_tiles;
}

namespace tests {
namespace {

// The kernel's vector part needs them too; nothing emulates that.
bool vectors_missing() {
    if (supports_int8_unit(Int8Unit::vnni)) return false;
    std::printf("gemm_crt_tiles: skipped, this machine has no AVX-512 VNNI\n");
    return true;
}

// Bytes that begin at a cache line.
class Lines {
public:
    explicit Lines(std::ptrdiff_t count) : memory_(static_cast<std::size_t>(count + 64)) {}
    std::uint8_t* data() { return memory_.data() + (64 - reinterpret_cast<std::uintptr_t>(memory_.data()) % 64) % 64; }

private:
    std::vector<std::uint8_t> memory_;
};

struct Sizes {
    std::ptrdiff_t a_panels, b_panels, steps;
    std::ptrdiff_t a_bytes() const { return a_panels * steps * crt_step_bytes; }
    std::ptrdiff_t b_bytes() const { return b_panels * steps * crt_step_bytes; }
    std::ptrdiff_t c_bytes() const { return a_panels * b_panels * crt_block_bytes; }
};

// Element `byte` of a step of line l of a panel of A and of B: the header of gemm_crt_layout.hpp, read again.
std::ptrdiff_t place_in_a(std::ptrdiff_t l, std::ptrdiff_t byte) { return l / 16 * 1024 + l % 16 * 64 + byte; }
std::ptrdiff_t place_in_b(std::ptrdiff_t l, std::ptrdiff_t byte) { return l / 16 * 1024 + byte / 4 * 64 + l % 16 * 4 + byte % 4; }

// The exact sums, in the places of C's bytes.
std::vector<std::int32_t> plain_sums(const Sizes& size, const std::uint8_t* a, const std::uint8_t* b) {
    std::vector<std::int32_t> sums(static_cast<std::size_t>(size.c_bytes()));
    for (std::ptrdiff_t block = 0; block < size.a_panels * size.b_panels; ++block)
        for (std::ptrdiff_t i = 0; i < 32; ++i)
            for (std::ptrdiff_t j = 0; j < 32; ++j) {
                std::int32_t sum = 0;
                for (std::ptrdiff_t s = 0; s < size.steps; ++s) {
                    const std::uint8_t* const x = a + (block / size.b_panels * size.steps + s) * crt_step_bytes;
                    const std::uint8_t* const y = b + (block % size.b_panels * size.steps + s) * crt_step_bytes;
                    for (std::ptrdiff_t byte = 0; byte < 64; ++byte)
                        sum += static_cast<std::int8_t>(x[place_in_a(i, byte)]) * y[place_in_b(j, byte)];
                }
                sums[block * crt_block_bytes + 32 * i + j] = sum;
            }
    return sums;
}

// One product, into bytes that hold `old`, between bytes that must stay.
void check_product(const Sizes& size, std::uint8_t* a, std::uint8_t* b, const std::vector<std::int32_t>& sums, int modulus,
                   bool first, bool next) {
    const std::ptrdiff_t bytes = size.c_bytes(), edge = crt_block_bytes;
    Lines memory(bytes + 2 * edge);
    std::uint8_t* const c = memory.data() + edge;
    std::vector<std::uint8_t> old(static_cast<std::size_t>(bytes + 2 * edge));
    Numbers numbers(static_cast<unsigned long long>(modulus + 3));
    for (auto& e : old) e = static_cast<std::uint8_t>(std::clamp(128 + 140 * numbers.next(), 0.0, 255.0));
    std::copy(old.begin(), old.end(), memory.data());
    amx::gemm_crt_tiles.product({reinterpret_cast<const std::int8_t*>(a), b, size.a_panels, size.b_panels, size.steps, c, first,
                                 modulus, next ? a : nullptr, next ? b : nullptr});
    bool right = true;
    for (std::ptrdiff_t e = 0; e < bytes; ++e)
        right = right && (sums[e] + (first ? 0 : old[edge + e]) - c[e]) % crt_moduli[modulus] == 0;
    MLMATH_CHECK(right);
    MLMATH_CHECK(same_bits(memory.data(), old.data(), edge) && same_bits(c + bytes, old.data() + edge + bytes, edge));
    if (!right)
        std::printf("  modulus %d, %td x %td panels, %td steps, %s\n", crt_moduli[modulus], size.a_panels, size.b_panels,
                    size.steps, first ? "first" : "added");
}

enum class Bytes { random, least, most, mixed };

void check_all(const Sizes& size, Bytes bytes, int first_modulus, int last_modulus) {
    Lines a_lines(size.a_bytes()), b_lines(size.b_bytes());
    std::uint8_t *const a = a_lines.data(), *const b = b_lines.data();
    Numbers numbers(static_cast<unsigned long long>(size.steps * 31 + size.b_panels));
    const auto any = [&] { return static_cast<std::uint8_t>(128 + 128 * numbers.next()); };
    for (std::ptrdiff_t e = 0; e < size.a_bytes(); ++e) {
        const std::uint8_t sign = e / 64 % 2 == 0 ? 128 : 127;  // rows of -128, rows of 127
        a[e] = bytes == Bytes::random ? any() : bytes == Bytes::least ? 128 : bytes == Bytes::most ? 127 : sign;
    }
    for (std::ptrdiff_t e = 0; e < size.b_bytes(); ++e) b[e] = bytes == Bytes::random ? any() : 255;
    const auto sums = plain_sums(size, a, b);
    amx::gemm_crt_tiles.begin();
    for (int t = first_modulus; t <= last_modulus; ++t)
        for (const bool first : {true, false}) check_product(size, a, b, sums, t, first, (t + first) % 2 == 0);
    amx::gemm_crt_tiles.end();
}

}  // namespace

MLMATH_TEST_ONCE(gemm_crt_tiles_every_modulus_and_step) {
    if (vectors_missing()) return;
    AmxEmulator emulator;
    for (std::ptrdiff_t steps = 1; steps <= crt_chunk_steps; ++steps)
        check_all({1, 2, steps}, Bytes::random, 0, steps < crt_chunk_steps ? 2 : crt_most_moduli - 1);
    MLMATH_CHECK(emulator.complaint().empty());
    MLMATH_CHECK(!AmxEmulator::configured());
}

MLMATH_TEST_ONCE(gemm_crt_tiles_panels) {
    if (vectors_missing()) return;
    AmxEmulator emulator;
    for (const Sizes& size : {Sizes{1, 1, 8}, {3, 1, 8}, {1, 5, 8}, {3, 4, 8}, {2, 3, 3}, {4, 1, 1}})
        check_all(size, Bytes::random, 4, 5);
    amx::gemm_crt_tiles.begin();
    amx::gemm_crt_tiles.product({nullptr, nullptr, 0, 0, 8, nullptr, true, 0, nullptr, nullptr});
    amx::gemm_crt_tiles.end();
    MLMATH_CHECK(emulator.complaint().empty());
}

MLMATH_TEST_ONCE(gemm_crt_tiles_extreme_bytes) {
    if (vectors_missing()) return;
    AmxEmulator emulator;
    for (const Bytes bytes : {Bytes::least, Bytes::most, Bytes::mixed}) check_all({1, 1, 8}, bytes, 0, crt_most_moduli - 1);
    MLMATH_CHECK(emulator.complaint().empty());
}

// Sums at and beside multiples of p, where a quotient changes; between two such places it cannot, for it grows with the sum. In
// whatever rounding mode, and without flags.
MLMATH_TEST_ONCE(gemm_crt_tiles_sums_where_quotients_change) {
    if (vectors_missing()) return;
    AmxEmulator emulator;
    const Sizes size{3, 1, 8};
    Lines a_lines(size.a_bytes()), b_lines(size.b_bytes()), c_lines(size.c_bytes());
    std::uint8_t *const a = a_lines.data(), *const b = b_lines.data(), *const c = c_lines.data();
    // column: 510 times 255, then 1 and 1; a row with 255 x (sum of the 510) + (sum of the two) = any number up to 16.6 million
    std::fill(b, b + size.b_bytes(), std::uint8_t{255});
    for (std::ptrdiff_t l = 0; l < 32; ++l)
        for (const std::ptrdiff_t byte : {62, 63}) b[7 * crt_step_bytes + place_in_b(l, byte)] = 1;
    Numbers numbers(5);
    amx::gemm_crt_tiles.begin();
    for (int t = 0; t < crt_most_moduli; ++t) {
        const int p = crt_moduli[t];
        for (std::ptrdiff_t row = 0; row < 32 * size.a_panels; ++row) {
            const int most = (127 * 510 - 1) * 255 / p - 1;
            const int multiple = row < 3 ? most : row < 6 ? -most : row < 9 ? 0 : static_cast<int>(most * numbers.next());
            const int target = multiple * p + static_cast<int>(row % 3) - 1;
            const int of_255 = (target + (target < 0 ? -127 : 127)) / 255;
            int rest = of_255, low = target - 255 * of_255;
            for (int e = 0; e < 512; ++e) {
                int& left = e < 510 ? rest : low;
                const int value = std::clamp(left, -128, 127);
                left -= value;
                a[(row / 32 * 8 + e / 64) * crt_step_bytes + place_in_a(row % 32, e % 64)] = static_cast<std::uint8_t>(value);
            }
            MLMATH_CHECK(rest == 0 && low == 0);
        }
        const auto sums = plain_sums(size, a, b);
        for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TONEAREST}) {
            std::fesetround(rounding);
            std::feclearexcept(FE_ALL_EXCEPT);
            amx::gemm_crt_tiles.product({reinterpret_cast<const std::int8_t*>(a), b, 3, 1, 8, c, true, t, nullptr, nullptr});
            MLMATH_CHECK(std::fetestexcept(FE_ALL_EXCEPT) == 0);
            std::fesetround(FE_TONEAREST);
            bool right = true;
            for (std::ptrdiff_t e = 0; e < size.c_bytes(); ++e) right = right && (sums[e] - c[e]) % p == 0;
            MLMATH_CHECK(right);
        }
        check_product(size, a, b, sums, t, false, false);
    }
    amx::gemm_crt_tiles.end();
    MLMATH_CHECK(emulator.complaint().empty());
}

// Conversion and the way back on vectors, products on tiles, on one thread and on several.
MLMATH_TEST_ONCE(gemm_crt_tiles_whole_products) {
    if (vectors_missing()) return;
    AmxEmulator emulator;
    const struct {
        std::ptrdiff_t m, n, k;
    } shapes[] = {{1, 1, 1}, {33, 65, 70}, {70, 40, 600}, {40, 100, 1100}};
    for (const auto& [m, n, k] : shapes)
        for (const int threads : {1, 3}) {
            const auto a = random<double>(m * k, 1), b = random<double>(k * n, 2);
            std::vector<double> c(static_cast<std::size_t>(m * n)), expected(c);
            const MatrixView<const double> a_view{a.data(), m, k, k, 1}, b_view{b.data(), k, n, n, 1};
            textbook::gemm_crt<double>(a_view, b_view, {expected.data(), m, n, n, 1}, 15);
            const CrtOptions options{15, Int8Unit::amx, false, {512, 32, 64}};
            MLMATH_CHECK(gemm_crt<double>(a_view, b_view, {c.data(), m, n, n, 1}, options, threads) == CrtOutcome::done);
            MLMATH_CHECK(same_bits(c, expected));
        }
    MLMATH_CHECK(emulator.complaint().empty());
    MLMATH_CHECK(!AmxEmulator::configured());
}

}  // namespace tests
}  // namespace mlmath
#endif
