// SPDX-License-Identifier: BSD-3-Clause
// discrete_table: dispatch; the ratios of each law; the tables of the last few laws.
#include "kernels/random/distributions/discrete_table/discrete_table.hpp"

#include <cmath>
#include <cstring>

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(DiscreteTableKernels, discrete_table_kernels);

bool build_table(const CountRatios& ratios, DiscreteTable& table) {
    return active(discrete_table_kernels_by_level).build_ratios(ratios, table);
}
bool build_table(const double* probabilities, std::ptrdiff_t n, DiscreteTable& table) {
    return active(discrete_table_kernels_by_level).build_probabilities(probabilities, n, table);
}
void convert_by_table(const std::uint64_t* words, std::ptrdiff_t n, std::int64_t* out, const DiscreteTable& table) {
    active(discrete_table_kernels_by_level).convert(words, n, out, table);
}

namespace {

// A law wider than that has no table.
constexpr double variance_max = 1e4;

struct KnownLaw {
    CountRatios ratios;
    double variance;
};

KnownLaw law_of(CountMethod method, double a, double b) {
    switch (method) {
        case CountMethod::poisson:
            return {{a, 0, 1, 0, std::floor(a)}, a};
        case CountMethod::binomial: {
            // p / (1 - p) to twice a double's digits. p = 1: odds so large that only k = n is left.
            if (b == 1) return {{0x1p1000, 0, a, -1, a}, 0};
            const double q = 1 - b, q_low = (1 - q) - b, odds = b / q;
            const double odds_low = (std::fma(-odds, q, b) - odds * q_low) / q;
            return {{odds, odds_low, a, -1, std::fmin(std::floor((a + 1) * b), a)}, a * b * q};
        }
        case CountMethod::negative_binomial: {
            const double q = 1 - b, q_low = (1 - q) - b;
            const double mode = a > 1 ? std::floor((a - 1) * q / b) : 0;
            return {{q, q_low, a, 1, mode}, a * q / b / b};
        }
    }
    return {};
}

struct Kept {
    CountMethod method;
    double parameters[2];
    std::uint64_t used = 0;  // 0: never
    std::shared_ptr<const DiscreteTable> table;
};

}  // namespace

// Constraint: a single number with the same parameters as the last must not build a table again; several threads may draw.
// Decision: the last 8 laws of each thread, by their parameters' values; which one is thrown out changes no value, for a table is
//   a function of its parameters.
std::shared_ptr<const DiscreteTable> table_of(CountMethod method, double first, double second) {
    thread_local Kept kept[8];
    thread_local std::uint64_t clock = 0;
    ++clock;
    Kept* oldest = kept;
    for (Kept& k : kept) {
        if (k.used != 0 && k.method == method && k.parameters[0] == first && k.parameters[1] == second) {
            k.used = clock;
            return k.table;
        }
        if (k.used < oldest->used) oldest = &k;
    }
    const KnownLaw law = law_of(method, first, second);
    std::shared_ptr<DiscreteTable> table;
    if (law.variance <= variance_max && law.ratios.mode < 0x1p53 && law.ratios.first <= 0x1p53) {
        thread_local DiscreteTable scratch;
        if (build_table(law.ratios, scratch)) {
            table = std::make_shared<DiscreteTable>();
            table->base = scratch.base, table->bits = scratch.bits;
            std::memcpy(table->cells, scratch.cells, sizeof(std::uint64_t) << scratch.bits);
        }
    }
    *oldest = {method, {first, second}, clock, table};
    return table;
}

void CountLaw::convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                       void* out) const {
    if (table_) {
        convert_by_table(words, units * 16, static_cast<std::int64_t*>(out), *table_);
        return;
    }
    constexpr std::ptrdiff_t tile = 1024;  // elements of 64 steps at most
    double values[2][tile];
    for (int k = 0; k < direct_->parameter_count; ++k)
        for (std::ptrdiff_t i = 0; i < units * 16; ++i) values[k][i] = parameters_[k];
    const double* const parameters[2] = {values[0], values[1]};
    direct_->convert(key, unit, words, units, out, parameters);
}

}  // namespace mlmath
