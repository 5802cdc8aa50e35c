// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, the way back: numbers from residues against the textbook's integers, for every number of moduli: random integers of
// all sizes, those where rounding changes, any representatives, edges of a block, exponents, floats' range, rounding modes.
#include <cfenv>
#include <limits>

#include "kernels/blas/gemm_crt/gemm_crt_textbook.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_units.hpp"
#include "tests/arrays.hpp"

namespace mlmath::tests {
namespace {

bool skipped() {
    if (supports_int8_unit(Int8Unit::vnni)) return false;
    std::printf("gemm_crt_reconstruct: skipped on vnni, which this machine does not have\n");
    return true;
}

std::uint64_t bits(Numbers& numbers, int count) {
    const auto word = static_cast<std::uint64_t>(std::ldexp(numbers.next() + 1, 51));
    return count == 0 ? 0 : word >> (52 - count);
}

// To the nearest double, ties to even, by integers alone.
double nearest_double(int128 x) {
    const bool negative = x < 0;
    if (negative) x = -x;
    int shift = 0;
    while (x >> shift >= int128{1} << 53) ++shift;
    std::int64_t kept = static_cast<std::int64_t>(x >> shift);
    if (shift > 0) {
        const int128 rest = x - (static_cast<int128>(kept) << shift), half = int128{1} << (shift - 1);
        if (rest > half || (rest == half && kept % 2 != 0)) ++kept;
    }
    const double value = std::ldexp(static_cast<double>(kept), shift);
    return negative ? -value : value;
}

int128 limit(int moduli) { return crt_product(moduli) / 2 - (crt_product(moduli) >> 11) - 1; }

// One block and what it should become.
struct Block {
    int moduli;
    std::ptrdiff_t stride;
    std::vector<std::uint8_t> residues;
    std::vector<int128> integers = std::vector<int128>(1024);
    int row_exponents[32] = {}, column_exponents[32] = {};

    explicit Block(int count, std::ptrdiff_t modulus_stride = crt_block_bytes)
        : moduli(count), stride(modulus_stride), residues(static_cast<std::size_t>(modulus_stride * count), 0xa5) {}

    // Any representative in [0, 255].
    void set(std::ptrdiff_t entry, int128 integer, Numbers& numbers) {
        integers[static_cast<std::size_t>(entry)] = integer;
        for (int t = 0; t < moduli; ++t) {
            const int p = crt_moduli[t];
            int r = static_cast<int>((integer % p + p) % p);
            if (r + p < 256 && numbers.next() < 0) r += p;
            residues[static_cast<std::size_t>(t * stride + entry)] = static_cast<std::uint8_t>(r);
        }
    }

    // The textbook agrees about the integers.
    bool textbook_agrees() const {
        for (std::size_t e = 0; e < 1024; ++e) {
            int r[crt_most_moduli];
            for (int t = 0; t < moduli; ++t) r[t] = residues[static_cast<std::size_t>(t * stride) + e] % crt_moduli[t];
            if (textbook::crt_reconstruct(r, moduli) != integers[e]) return false;
        }
        return true;
    }

    template <class T>
    bool right(std::ptrdiff_t rows = 32, std::ptrdiff_t columns = 32, int rounding = FE_TONEAREST) const {
        constexpr std::ptrdiff_t row_stride = 35;
        const T untouched = T(-77.25);
        std::vector<T> expected(33 * row_stride, untouched), c(expected);
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            for (std::ptrdiff_t j = 0; j < columns; ++j)
                expected[static_cast<std::size_t>(i * row_stride + j)] = static_cast<T>(std::ldexp(
                    nearest_double(integers[static_cast<std::size_t>(32 * i + j)]), -(row_exponents[i] + column_exponents[j])));
        // Exponents beyond the edge must not be read: they end where the block does.
        const std::vector<int> row(row_exponents, row_exponents + rows), column(column_exponents, column_exponents + columns);
        const CrtUnit<T> unit = crt_unit<T>(Int8Unit::vnni);
        std::fesetround(rounding);
        unit.reconstruct({residues.data(), stride, moduli, row.data(), column.data(), rows, columns, c.data(), row_stride});
        std::fesetround(FE_TONEAREST);
        const bool same = same_bits(c, expected);
        if (!same)
            std::printf("  %d moduli, %td x %td, %d bytes, rounding %d\n", moduli, rows, columns, static_cast<int>(sizeof(T)),
                        rounding);
        return same;
    }
};

// An integer of up to `size` bits, within the limit.
int128 some_integer(Numbers& numbers, int size, int128 most) {
    int128 x = static_cast<int128>(bits(numbers, 52)) << 104 >> 1;
    x = (x ^ static_cast<int128>(bits(numbers, 52)) << 52 ^ static_cast<int128>(bits(numbers, 52))) & ((int128{1} << 126) - 1);
    x &= (int128{1} << size) - 1;
    x %= most + 1;
    return numbers.next() < 0 ? -x : x;
}

// Where something changes: small, around powers of two, around ties of 53 bits and of 54 at each distance of a power of two, the
// limit.
std::vector<int128> crafted(int moduli) {
    const int128 most = limit(moduli);
    std::vector<int128> all;
    const auto put = [&](int128 x) {
        if (x <= most && x >= -most) all.push_back(x), all.push_back(-x);
    };
    for (int x = 0; x < 8; ++x) put(x), put(most - x);
    for (int e = 2; e < 126; ++e)
        for (int d = -1; d <= 1; ++d) put((int128{1} << e) + d);
    const std::int64_t significands[] = {(1ll << 53) - 1, (1ll << 53) - 2,  (1ll << 52) + 1, 1ll << 52,
                                         (1ll << 52) + 2, 0x15555555555555, 0x1aaaaaaaaaaaaa};
    for (int shift = 1; shift < 74; ++shift)
        for (const std::int64_t s : significands) {
            const int128 tie = (static_cast<int128>(s) << shift) + (int128{1} << (shift - 1));
            put(tie);
            for (int d = 0; d < shift; d += d < 3 ? 1 : 7) put(tie + (int128{1} << d)), put(tie - (int128{1} << d));
            put(static_cast<int128>(s) << shift);
            if (shift > 2) put(tie - (int128{1} << (shift - 2)));
        }
    return all;
}

template <class Check>
void every_number_of_moduli(Check&& check) {
    for (int moduli = crt_least_moduli; moduli <= crt_most_moduli; ++moduli) check(moduli);
}

}  // namespace

MLMATH_TEST_ONCE(gemm_crt_reconstruct_random_integers) {
    if (skipped()) return;
    every_number_of_moduli([](int moduli) {
        Numbers numbers(static_cast<unsigned>(moduli));
        for (int round = 0; round < 8; ++round) {
            Block block(moduli, crt_block_bytes * (1 + round % 2));
            for (std::ptrdiff_t e = 0; e < 1024; ++e)
                block.set(e, some_integer(numbers, round < 4 ? 126 : static_cast<int>(e % 126), limit(moduli)), numbers);
            MLMATH_CHECK(block.textbook_agrees());
            MLMATH_CHECK(block.right<double>());
            MLMATH_CHECK(block.right<float>());
        }
    });
}

MLMATH_TEST_ONCE(gemm_crt_reconstruct_where_rounding_changes) {
    if (skipped()) return;
    every_number_of_moduli([](int moduli) {
        Numbers numbers(7);
        const std::vector<int128> all = crafted(moduli);
        for (std::size_t from = 0; from < all.size(); from += 1024) {
            Block block(moduli);
            std::size_t next = from;
            for (std::ptrdiff_t e = 0; e < 1024; ++e) block.set(e, all[next++ % all.size()], numbers);
            if (from == 0) MLMATH_CHECK(block.textbook_agrees());
            for (const int rounding : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
                MLMATH_CHECK(block.right<double>(32, 32, rounding));
            MLMATH_CHECK(block.right<float>());
        }
    });
}

MLMATH_TEST_ONCE(gemm_crt_reconstruct_zero_is_positive) {
    if (skipped()) return;
    every_number_of_moduli([](int moduli) {
        Numbers numbers(9);
        Block block(moduli);
        for (std::ptrdiff_t e = 0; e < 1024; ++e) block.set(e, 0, numbers);
        for (const int rounding : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
            MLMATH_CHECK(block.right<double>(32, 32, rounding));
            MLMATH_CHECK(block.right<float>(32, 32, rounding));
        }
    });
}

MLMATH_TEST_ONCE(gemm_crt_reconstruct_edges) {
    if (skipped()) return;
    for (const int moduli : {4, 7, 15, 16}) {
        Numbers numbers(11);
        Block block(moduli);
        for (std::ptrdiff_t e = 0; e < 1024; ++e) block.set(e, some_integer(numbers, 126, limit(moduli)), numbers);
        for (std::ptrdiff_t edge = 1; edge <= 32; ++edge)
            for (const std::ptrdiff_t other : {std::ptrdiff_t(1), std::ptrdiff_t(32), edge}) {
                MLMATH_CHECK(block.right<double>(edge, other));
                MLMATH_CHECK(block.right<double>(other, edge));
                MLMATH_CHECK(block.right<float>(edge, other));
                MLMATH_CHECK(block.right<float>(other, edge));
            }
    }
}

// All that the driver admits (gemm_crt_scaling.hpp): exponents in [-437, 511].
MLMATH_TEST_ONCE(gemm_crt_reconstruct_exponents) {
    if (skipped()) return;
    for (const int moduli : {3, 8, 15, 16}) {
        Numbers numbers(13);
        Block block(moduli);
        for (std::ptrdiff_t e = 0; e < 1024; ++e) block.set(e, some_integer(numbers, 126, limit(moduli)), numbers);
        for (int i = 0; i < 32; ++i) {
            block.row_exponents[i] = i % 2 == 0 ? 511 - 30 * i : -437 + 30 * i;
            block.column_exponents[i] = i % 3 == 0 ? -437 + 7 * i : 511 - 7 * i;
        }
        MLMATH_CHECK(block.right<double>());
        MLMATH_CHECK(block.right<double>(32, 32, FE_UPWARD));
        MLMATH_CHECK(block.right<float>());
        MLMATH_CHECK(block.right<float>(31, 29));
    }
}

// Largest floats, infinity, subnormals and their ties, zero; and the flag that an overflow raises.
MLMATH_TEST_ONCE(gemm_crt_reconstruct_range_of_float) {
    if (skipped()) return;
    for (const int moduli : {7, 15}) {
        Numbers numbers(17);
        Block block(moduli);
        // 2^24 - 1, its tie with 2^24, and below and above the tie.
        const int128 edge[] = {(1 << 24) - 1, (1 << 25) - 1, (1ll << 34) - (1 << 9) - 1, (1ll << 34) - (1 << 9), (1ll << 34) - 1};
        for (std::ptrdiff_t e = 0; e < 1024; ++e) block.set(e, edge[e % 5] * (e % 2 == 0 ? 1 : -1), numbers);
        for (int i = 0; i < 32; ++i) block.row_exponents[i] = i < 16 ? -90 - i : 150 + i, block.column_exponents[i] = i % 8;
        MLMATH_CHECK(block.right<float>());
        const CrtUnit<float> unit = crt_unit<float>(Int8Unit::vnni);
        float c[1024];
        for (const bool far : {false, true}) {
            for (int i = 0; i < 32; ++i) block.row_exponents[i] = far && i == 29 ? -120 : 0;
            std::feclearexcept(FE_ALL_EXCEPT);
            unit.reconstruct(
                {block.residues.data(), block.stride, moduli, block.row_exponents, block.column_exponents, 32, 32, c, 32});
            MLMATH_CHECK((std::fetestexcept(FE_OVERFLOW) != 0) == far);
        }
    }
}

}  // namespace mlmath::tests
