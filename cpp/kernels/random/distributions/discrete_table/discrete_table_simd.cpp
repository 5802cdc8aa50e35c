// SPDX-License-Identifier: BSD-3-Clause
// discrete_table: tables from ratios of probabilities, and looks into them. Compiled once per level.
#include "kernels/random/distributions/discrete_table/discrete_table_parts.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: recurrences of hundreds of factors must not lose the last bits of a double: q has 64.
// Decision: numbers as pairs high + low; the low part collects the rounding errors of the high one, and is not itself exact.
struct Pair {
    double high, low;
};
MLMATH_INLINE Pair times(Pair a, Pair b) {
    const double high = a.high * b.high;
    return {high, fma(a.low, b.high, fma(a.high, b.low, fma(a.high, b.high, -high)))};
}
MLMATH_INLINE Pair over(Pair a, Pair b) {
    const double high = a.high / b.high;
    return {high, (fma(-high, b.low, fma(-high, b.high, a.high)) + a.low) / b.high};
}
MLMATH_INLINE Pair sum(double a, double b) {
    const double high = a + b, part = high - a;
    return {high, (a - (high - part)) + (b - part)};
}
MLMATH_INLINE Pair plus(Pair a, Pair b) {
    const Pair s = sum(a.high, b.high);
    return {s.high, s.low + (a.low + b.low)};
}

// round(2^64 p) for 0 <= p < 1.
MLMATH_INLINE std::uint64_t words_of(Pair p) {
    const double x = p.high * 0x1p64;
    const auto whole = static_cast<std::uint64_t>(x);
    const double rest = (x - static_cast<double>(whole)) + p.low * 0x1p64;  // x has a fraction only below 2^53
    constexpr double shift = 0x1p40;                                        // more than the rest can be below zero
    return whole + static_cast<std::uint64_t>(static_cast<std::int64_t>(rest + (shift + 0.5)) - static_cast<std::int64_t>(shift));
}

// The textbook's alias table. left[0 .. 2^bits): the words of each count; their sum is 2^64.
void build_alias(std::uint64_t* left, int bits, std::uint64_t* cells) {
    const std::ptrdiff_t n = std::ptrdiff_t(1) << bits;
    const std::uint64_t size = std::uint64_t(1) << (64 - bits);
    for (std::ptrdiff_t i = 0; i < n; ++i) cells[i] = static_cast<std::uint64_t>(i);
    std::ptrdiff_t large = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        std::ptrdiff_t poor = i;
        while (left[poor] < size) {
            while (left[large] <= size && large < n - 1) ++large;
            cells[poor] = left[poor] << bits | static_cast<std::uint64_t>(large);
            left[large] -= size - left[poor];
            left[poor] = size;
            if (large > i) break;
            poor = large;
        }
    }
}

// weights[0 .. m): non-negative; the one at `mode` is the largest.
void build_weights(const Pair* weights, std::ptrdiff_t m, std::ptrdiff_t mode, DiscreteTable& table) {
    int bits = 1;
    while (std::ptrdiff_t(1) << bits < m) ++bits;
    table.bits = bits;
    Pair total = {0, 0};
    for (std::ptrdiff_t i = 0; i < m; ++i) total = plus(total, weights[i]);
    const Pair scale = over({1, 0}, total);
    std::uint64_t left[discrete_table_max_cells], others = 0;
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t(1) << bits; ++i) left[i] = 0;
    for (std::ptrdiff_t i = 0; i < m; ++i) {
        if (i == mode) continue;
        left[i] = words_of(times(weights[i], scale));
        others += left[i];
    }
    left[mode] = 0 - others;
    if (others == 0)  // all 2^64 words, which no integer of 64 bits holds
        for (std::ptrdiff_t i = 0; i < std::ptrdiff_t(1) << bits; ++i) table.cells[i] = static_cast<std::uint64_t>(mode);
    else
        build_alias(left, bits, table.cells);
}

bool build_ratios(const CountRatios& r, DiscreteTable& table) {
    constexpr double smallest = 0x1p-70;
    const Pair factor = {r.factor_high, r.factor_low};
    const double sign = r.sign;
    // Upwards into the second half of the array, downwards into the first.
    Pair both[2 * discrete_table_max_cells], *const middle = both + discrete_table_max_cells;
    std::ptrdiff_t up = 1, down = 0;
    middle[0] = {1, 0};
    Pair p = middle[0];
    for (double k = r.mode;; k += 1) {
        p = times(p, over(times(factor, sum(r.first, sign * k)), {k + 1, 0}));
        if (!(p.high >= smallest)) break;
        if (up == discrete_table_max_cells) return false;
        middle[up++] = p;
    }
    p = middle[0];
    for (double k = r.mode; k > 0; k -= 1) {
        p = times(p, over({k, 0}, times(factor, sum(r.first, sign * (k - 1)))));
        if (!(p.high >= smallest)) break;
        if (down == discrete_table_max_cells) return false;
        middle[-++down] = p;
    }
    if (up + down > discrete_table_max_cells) return false;
    table.base = static_cast<std::int64_t>(r.mode) - down;
    build_weights(middle - down, up + down, down, table);
    return true;
}

bool build_probabilities(const double* p, std::ptrdiff_t n, DiscreteTable& table) {
    if (n > discrete_table_max_cells) return false;
    Pair weights[discrete_table_max_cells];
    std::ptrdiff_t mode = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        weights[i] = {p[i], 0};
        if (p[i] > p[mode]) mode = i;
    }
    table.base = 0;
    build_weights(weights, n, mode, table);
    return true;
}

MLMATH_INLINE vec_u64 gather(const std::uint64_t* table, vec_u64 index) {
#if defined(__AVX512F__)
    return (vec_u64)_mm512_mask_i64gather_epi64(__m512i{}, 0xff, (__m512i)index, table, 8);
#elif defined(__AVX2__)
    return (vec_u64)_mm256_i64gather_epi64(reinterpret_cast<const long long*>(table), (__m256i)index, 8);
#else
    vec_u64 v;
    MLMATH_UNROLL for (int l = 0; l < width<std::uint64_t>; ++l) v[l] = table[index[l]];
    return v;
#endif
}

void convert(const std::uint64_t* words, std::ptrdiff_t n, std::int64_t* out, const DiscreteTable& table) {
    const int bits = table.bits;
    const vec_u64 alias_mask = broadcast((std::uint64_t(1) << bits) - 1), base = broadcast(static_cast<std::uint64_t>(table.base));
    // Unsigned numbers compare as signed ones with the top bit turned over.
    const vec_u64 top = broadcast(std::uint64_t(1) << 63);
    for (std::ptrdiff_t i = 0; i < n; i += width<std::uint64_t>) {
        const vec_u64 w = load(words + i), own = w >> (64 - bits), cell = gather(table.cells, own);
        const vec_u64 fraction = w << bits, threshold = cell & ~alias_mask;
        const mask<double> below = (vec_i64)(fraction ^ top) < (vec_i64)(threshold ^ top);
        const vec_u64 count = select<std::uint64_t>(below, own, cell & alias_mask) + base;
        store(out + i, (vec_i64)count);
    }
}

}  // namespace

extern const DiscreteTableKernels discrete_table_kernels;
const DiscreteTableKernels discrete_table_kernels = {build_ratios, build_probabilities, convert};

}  // namespace mlmath::MLMATH_LEVEL
