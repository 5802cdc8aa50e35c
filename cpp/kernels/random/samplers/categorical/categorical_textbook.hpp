// SPDX-License-Identifier: BSD-3-Clause
// categorical, textbook: the alias method [Walker1977] as Vose wrote it down, with exact shares, and one draw. Oracle of the
// tests.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels/random/samplers/categorical/categorical_parts.hpp"

namespace mlmath::textbook {

/// The cells of shares that add up to `capacity` times their number. The robin hood way: who has less than a cell is filled up by
/// one who has more. Large shares are used up in the order of their numbers, so the table is unique.
template <class Share>
std::vector<AliasEntry> alias_table(std::vector<Share> share, Share capacity) {
    const std::size_t k = share.size();
    std::vector<AliasEntry> table(k);
    std::vector<std::size_t> small, large;
    for (std::size_t i = 0; i < k; ++i) (share[i] < capacity ? small : large).push_back(i);
    std::size_t s = 0, l = 0;
    while (l < large.size()) {
        const std::size_t rich = large[l];
        if (share[rich] > capacity) {
            const std::size_t poor = small[s++];
            table[poor] = {static_cast<std::uint64_t>(share[poor]), rich};
            share[rich] -= capacity - share[poor];
        } else if (share[rich] == capacity) {
            table[rich] = {~std::uint64_t(0), rich};
            ++l;
        } else {  // poor itself by now: the next one fills it up
            const std::size_t next = large[++l];
            table[rich] = {static_cast<std::uint64_t>(share[rich]), next};
            share[next] -= capacity - share[rich];
        }
    }
    return table;
}

/// The outcome of one word.
inline std::uint64_t categorical(std::uint64_t word, const AliasEntry* table, std::uint64_t k) {
    __extension__ typedef unsigned __int128 Wide;
    const Wide product = static_cast<Wide>(word) * k;
    const auto cell = static_cast<std::uint64_t>(product >> 64), place = static_cast<std::uint64_t>(product);
    return place < table[cell].threshold ? cell : table[cell].alias;
}

}  // namespace mlmath::textbook
