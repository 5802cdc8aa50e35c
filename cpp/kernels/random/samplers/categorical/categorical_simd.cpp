// SPDX-License-Identifier: BSD-3-Clause
// categorical: words to outcomes. Compiled once per level.
#include "kernels/random/samplers/categorical/categorical_parts.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

__extension__ typedef unsigned __int128 Wide;

// Without a branch: which way it goes cannot be foreseen.
MLMATH_INLINE std::uint64_t outcome(std::uint64_t word, const AliasEntry* table, std::uint64_t k) {
    const Wide product = static_cast<Wide>(word) * k;
    const auto cell = static_cast<std::uint64_t>(product >> 64), place = static_cast<std::uint64_t>(product);
    const AliasEntry& entry = table[cell];
    const std::uint64_t other = -static_cast<std::uint64_t>(place >= entry.threshold);
    return cell ^ ((cell ^ entry.alias) & other);
}

// Constraint: a miss to the last-level cache or to memory takes 50 to 400 cycles, a draw from a near table 3.
// Decision: groups of 32 words; a group's entries are asked for while the group before is looked up. 64 lines in flight are what
//   the buffers of current CPUs hold.
constexpr std::ptrdiff_t group = 32;

template <class T>
void pick(const std::uint64_t* words, std::ptrdiff_t n, T* out, const CategoricalParameters& parameters) {
    const AliasEntry* const table = parameters.table;
    const std::uint64_t k = parameters.k;
    if (!parameters.far) {
        for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = static_cast<T>(outcome(words[i], table, k));
        return;
    }
    const auto ask = [&](std::ptrdiff_t first) __attribute__((always_inline)) {
        const std::ptrdiff_t end = first + group < n ? first + group : n;
        for (std::ptrdiff_t i = first; i < end; ++i)
            prefetch(table + static_cast<std::uint64_t>((static_cast<Wide>(words[i]) * k) >> 64));
    };
    ask(0);
    for (std::ptrdiff_t first = 0; first < n; first += group) {
        ask(first + group);
        const std::ptrdiff_t end = first + group < n ? first + group : n;
        for (std::ptrdiff_t i = first; i < end; ++i) out[i] = static_cast<T>(outcome(words[i], table, k));
    }
}

}  // namespace

extern const CategoricalKernels categorical_kernels;
const CategoricalKernels categorical_kernels = {pick<std::int64_t>, pick<std::int32_t>};

}  // namespace mlmath::MLMATH_LEVEL
