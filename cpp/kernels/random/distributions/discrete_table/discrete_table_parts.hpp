// SPDX-License-Identifier: BSD-3-Clause
// discrete_table: what the builder, the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

// Constraint: a draw is one load from a random place of the table, so the table must stay in L1 beside the tile; and a single
//   number for parameters never seen before has to pay for the whole table.
// Arithmetic: 2048 cells of 8 bytes are 16 KiB; probabilities down to 2^-70 of the largest reach 9.9 standard deviations to either
//   side, so 2048 cells hold laws of standard deviations up to 100. An entry costs about 5 ns to build: 10 us at most.
// Decision: at most 2^11 cells.
constexpr int discrete_table_max_bits = 11;
constexpr std::ptrdiff_t discrete_table_max_cells = std::ptrdiff_t(1) << discrete_table_max_bits;

/// A law on counts k = 0, 1, 2, ... by the ratios of its probabilities: p(k+1) / p(k) = factor (first + sign k) / (k + 1), with
/// factor = factor_high + factor_low. `mode` is a k that no other exceeds in probability.
struct CountRatios {
    double factor_high, factor_low;
    double first;
    int sign;
    double mode;  // an integer below 2^53
};

/// 2^bits cells; the upper 64 - bits bits of a cell are its threshold, the lower its alias.
struct DiscreteTable {
    std::int64_t base;  // the number of cell 0
    int bits;
    alignas(64) std::uint64_t cells[discrete_table_max_cells];
};

struct DiscreteTableKernels {
    /// False, and an unusable table, when the law has too many counts.
    bool (*build_ratios)(const CountRatios& ratios, DiscreteTable& table);
    /// Of n <= 2048 probabilities (non-negative, of any positive finite sum).
    bool (*build_probabilities)(const double* probabilities, std::ptrdiff_t n, DiscreteTable& table);
    void (*convert)(const std::uint64_t* words, std::ptrdiff_t n, std::int64_t* out, const DiscreteTable& table);
};

}  // namespace mlmath
