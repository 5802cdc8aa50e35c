// SPDX-License-Identifier: BSD-3-Clause
// discrete_table, textbook: Walker's alias table in integers, and a look into it. Oracle of the tests (same bits).
#pragma once
#include <cstdint>
#include <vector>

namespace mlmath::textbook {

struct AliasCell {
    std::uint64_t threshold;
    std::size_t alias;
};

/// Cells of 2^(64-bits) words each, of weights that sum to 2^64 (modulo 2^64: 0). Each cell that lacks words is filled up by the
/// first count with more words than a cell holds; a count that sinks below a cell's size by this is next to be filled up, by the
/// next one.
inline std::vector<AliasCell> alias_table(std::vector<std::uint64_t> left, int bits) {
    const std::size_t n = std::size_t(1) << bits;
    const std::uint64_t size = std::uint64_t(1) << (64 - bits);
    left.resize(n);
    std::vector<AliasCell> cells(n);
    for (std::size_t i = 0; i < n; ++i) cells[i] = {0, i};  // its own in any case
    std::size_t large = 0;
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t poor = i;
        while (left[poor] < size) {
            while (left[large] <= size && large < n - 1) ++large;
            cells[poor] = {left[poor], large};
            left[large] -= size - left[poor];
            left[poor] = size;     // filled
            if (large > i) break;  // its turn comes
            poor = large;
        }
    }
    return cells;
}

/// A count, less the base, of a word.
inline std::size_t look_up(const std::vector<AliasCell>& cells, int bits, std::uint64_t w) {
    const auto i = static_cast<std::size_t>(w >> (64 - bits));
    const std::uint64_t f = w & ((std::uint64_t(1) << (64 - bits)) - 1);
    return f < cells[i].threshold ? i : cells[i].alias;
}

}  // namespace mlmath::textbook
