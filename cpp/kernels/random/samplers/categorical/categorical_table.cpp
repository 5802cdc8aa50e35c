// SPDX-License-Identifier: BSD-3-Clause
// categorical: the alias table, in integers.
#include <cmath>
#include <memory>
#include <vector>

#include "core/interruption.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/samplers/categorical/categorical.hpp"

namespace mlmath {
namespace {

__extension__ typedef unsigned __int128 Wide;
__extension__ typedef __int128 SignedWide;

constexpr Wide cell_units = Wide(1) << 64;

// Constraint: k 2^64 units and bits behind the point have to fit 128 bits. Arithmetic: each of k products is cut off below its
//   last bit, which 24 bits keep below a unit for k < 2^24, and below 2^15 units of 2^103 for the largest k. Decision: 24.
constexpr int point_bits = 24;

// Ctrl-C is looked for after this many entries, which take 1 ms at most.
constexpr std::ptrdiff_t entries_between_polls = 1 << 16;

// The number high + low, |low| <= ulp(high) / 2.
struct Double2 {
    double high, low;
};

Double2 sum_of(const double* p, std::ptrdiff_t k) {
    double sum = 0, lost = 0;
    for (std::ptrdiff_t i = 0; i < k; ++i) {  // two-sum [Knuth1997]
        if (i % entries_between_polls == 0) interruption_point();
        const double t = sum + p[i], part = t - sum;
        lost += (sum - (t - part)) + (p[i] - part);
        sum = t;
    }
    const double high = sum + lost;
    return {high, lost - (high - sum)};
}

// k / s to twice the precision of a double, nearly.
Double2 divided(double k, Double2 s) {
    const double high = k / s.high, rest = std::fma(-high, s.high, k) - high * s.low;
    return {high, rest / s.high};
}

// 2^88 x, cut off behind the point.
SignedWide fixed_point(double x) { return static_cast<SignedWide>(x * 0x1p88); }
static_assert(64 + point_bits == 88);

// u_i of the contract. Rounding the sums, not the terms, keeps all but the last correction from adding up.
std::unique_ptr<Wide[]> shares(const double* p, std::ptrdiff_t k) {
    const Double2 scale = divided(static_cast<double>(k), sum_of(p, k));
    const auto n = static_cast<std::size_t>(k);
    auto u = std::make_unique_for_overwrite<Wide[]>(n);
    Wide sum = 0, before = 0;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (i % entries_between_polls == 0) interruption_point();
        const double high = p[i] * scale.high, low = std::fma(p[i], scale.high, -high) + p[i] * scale.low;
        const SignedWide units = fixed_point(high) + fixed_point(low);
        if (units > 0) sum += static_cast<Wide>(units);
        const Wide rounded = (sum + (Wide(1) << (point_bits - 1))) >> point_bits;
        u[i] = rounded - before;
        before = rounded;
        if (u[i] > u[largest]) largest = i;
    }
    u[largest] += cell_units * n - before;  // at most a few units, modulo 2^128
    return u;
}

// Constraint: the textbook keeps two lists of indices. Arithmetic: poor and rich are each taken in the order of their numbers.
// Decision: two indices walk over the shares instead [Huebschle2019]. Entries that are filled get their cell in the walk; a share
//   is changed only once its index has been passed.
void fill_alias_table(const double* p, std::ptrdiff_t k, AliasEntry* table) {
    const std::unique_ptr<Wide[]> u = shares(p, k);
    const auto n = static_cast<std::size_t>(k);
    const auto next = [&](std::size_t i, bool rich) {
        while (i < n && (u[i] >= cell_units) != rich) ++i;
        return i;
    };
    std::size_t rich = next(0, true), poor = next(0, false);
    Wide left = rich < n ? u[rich] : 0;
    for (std::ptrdiff_t filled = 0; rich < n; ++filled) {
        if (filled % entries_between_polls == 0) interruption_point();
        if (left > cell_units) {
            table[poor] = {static_cast<std::uint64_t>(u[poor]), rich};
            left -= cell_units - u[poor];
            poor = next(poor + 1, false);
        } else if (left == cell_units) {
            table[rich] = {~std::uint64_t(0), rich};
            rich = next(rich + 1, true);
            left = rich < n ? u[rich] : 0;
        } else {
            const std::size_t filler = next(rich + 1, true);
            table[rich] = {static_cast<std::uint64_t>(left), filler};
            left = u[filler] - (cell_units - left);
            rich = filler;
        }
    }
}

}  // namespace

void build_alias_table(const double* p, std::ptrdiff_t k, AliasEntry* table) {
    parallel(1, [&](Team&) { fill_alias_table(p, k, table); });  // a team of one: so that it can be interrupted
}

void alias_probabilities(const AliasEntry* table, std::ptrdiff_t k, double* p) {
    std::vector<Wide> u(static_cast<std::size_t>(k));
    for (std::size_t j = 0; j < u.size(); ++j) {
        u[j] += table[j].threshold;
        u[table[j].alias] += cell_units - table[j].threshold;
    }
    const auto cells = static_cast<double>(k);
    for (std::size_t i = 0; i < u.size(); ++i) {
        const auto high = static_cast<double>(u[i]);
        const auto low = static_cast<double>(static_cast<SignedWide>(u[i]) - static_cast<SignedWide>(high));
        const double quotient = high / cells;
        p[i] = std::ldexp(quotient + (std::fma(-quotient, cells, high) + low) / cells, -64);
    }
}

}  // namespace mlmath
