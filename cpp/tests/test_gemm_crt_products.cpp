// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, products modulo each modulus on vnni, against plain loops over the documented layout: 1 to 8 steps, several panels,
// written or added to, random and extreme bytes, rounding modes.
#include <cfenv>

#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_units.hpp"
#include "tests/arrays.hpp"

namespace mlmath::tests {
namespace {

bool skipped() {
    if (supports_int8_unit(Int8Unit::vnni)) return false;
    std::printf("gemm_crt_products: skipped on vnni, which this machine does not have\n");
    return true;
}

struct alignas(64) Line {
    std::uint8_t bytes[64];
};
// Bytes from a 64-byte boundary on.
class Bytes {
public:
    explicit Bytes(std::ptrdiff_t count) : lines_(static_cast<std::size_t>((count + 63) / 64)) {}
    std::uint8_t* data() { return lines_.data()->bytes; }

private:
    std::vector<Line> lines_;
};

enum class Data { random, most, least, mixed };

struct Case {
    std::ptrdiff_t a_panels, b_panels, steps;
    Bytes a, b, c;

    Case(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t s, Data data)
        : a_panels(m), b_panels(n), steps(s), a(m * s * crt_step_bytes), b(n * s * crt_step_bytes), c(m * n * crt_block_bytes) {
        Numbers numbers(static_cast<unsigned>(100 * m + 10 * n + s));
        const auto byte = [&] { return static_cast<std::uint8_t>((numbers.next() + 1) * 128); };
        for (std::ptrdiff_t x = 0; x < m * s * crt_step_bytes; ++x)
            a.data()[x] = data == Data::random ? byte() : data == Data::most ? 127 : data == Data::least ? 128 : byte() % 2 + 127;
        for (std::ptrdiff_t x = 0; x < n * s * crt_step_bytes; ++x) b.data()[x] = data == Data::random ? byte() : 255;
        for (std::ptrdiff_t x = 0; x < m * n * crt_block_bytes; ++x) c.data()[x] = data == Data::random ? byte() : 255;
    }

    // Whether each byte of C is a representative of its class.
    bool right(int modulus, bool first, int rounding = FE_TONEAREST) {
        const int p = crt_moduli[modulus];
        const std::vector<std::uint8_t> before(c.data(), c.data() + a_panels * b_panels * crt_block_bytes);
        const auto* const signed_a = reinterpret_cast<const std::int8_t*>(a.data());
        const CrtUnit<double> unit = crt_unit<double>(Int8Unit::vnni);
        std::fesetround(rounding);
        unit.begin();
        unit.product({signed_a, b.data(), a_panels, b_panels, steps, c.data(), first, modulus, nullptr, nullptr});
        unit.end();
        std::fesetround(FE_TONEAREST);
        bool same = true;
        for (std::ptrdiff_t i = 0; i < 32 * a_panels; ++i)
            for (std::ptrdiff_t j = 0; j < 32 * b_panels; ++j) {
                const std::ptrdiff_t entry = (i / 32 * b_panels + j / 32) * crt_block_bytes + i % 32 * 32 + j % 32;
                std::int64_t sum = first ? 0 : before[static_cast<std::size_t>(entry)];
                for (std::ptrdiff_t q = 0; q < 64 * steps; ++q) {
                    const std::ptrdiff_t step = q / 64, byte = q % 64;
                    const std::ptrdiff_t at_a =
                        (i / 32 * steps + step) * crt_step_bytes + i % 32 / 16 * crt_tile_bytes + i % 16 * 64 + byte;
                    const std::ptrdiff_t at_b = (j / 32 * steps + step) * crt_step_bytes + j % 32 / 16 * crt_tile_bytes +
                                                byte / 4 * 64 + j % 16 * 4 + byte % 4;
                    sum += signed_a[at_a] * b.data()[at_b];
                }
                same = same && (sum - c.data()[entry]) % p == 0;
            }
        if (!same)
            std::printf("  modulo %d, %td x %td panels, %td steps, first %d, rounding %d\n", p, a_panels, b_panels, steps, first,
                        rounding);
        return same;
    }
};

}  // namespace

MLMATH_TEST_ONCE(gemm_crt_products_every_modulus_and_depth) {
    if (skipped()) return;
    for (std::ptrdiff_t steps = 1; steps <= crt_chunk_steps; ++steps) {
        Case one(1, 1, steps, Data::random);
        for (int modulus = 0; modulus < crt_most_moduli; ++modulus)
            for (const bool first : {true, false}) MLMATH_CHECK(one.right(modulus, first));
    }
}

MLMATH_TEST_ONCE(gemm_crt_products_of_panels) {
    if (skipped()) return;
    for (const std::ptrdiff_t m : {1, 2, 3})
        for (const std::ptrdiff_t n : {1, 2, 3}) {
            Case some(m, n, 3, Data::random);
            for (const bool first : {true, false}) MLMATH_CHECK(some.right(4, first));
        }
}

// Sums of 128 x 255 x 512 in either sign, and added to 255; rounding modes, which must not move a residue out of its byte.
MLMATH_TEST_ONCE(gemm_crt_products_extremes) {
    if (skipped()) return;
    for (const Data data : {Data::most, Data::least, Data::mixed})
        for (int modulus = 0; modulus < crt_most_moduli; ++modulus)
            for (const int rounding : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
                Case one(1, 1, crt_chunk_steps, data);
                MLMATH_CHECK(one.right(modulus, false, rounding));
                MLMATH_CHECK(one.right(modulus, true, rounding));
                MLMATH_CHECK(one.right(modulus, false, rounding));
            }
}

}  // namespace mlmath::tests
