// SPDX-License-Identifier: BSD-3-Clause
// categorical: one of k outcomes with given probabilities, by the alias method. Contract.
#pragma once
#include "kernels/random/draw/law.hpp"
#include "kernels/random/samplers/categorical/categorical_parts.hpp"

namespace mlmath {

/// Alias table of the probabilities p_0 .. p_{k-1} [Walker1977], [Vose1991].
///
/// Definition  The unit interval is cut into k cells of 2^64 units; cell j belongs to outcome j below its threshold and to outcome
///             alias_j from there on. Outcome i owns u_i units of all cells together: u_i = U_i - U_{i-1} with U_i the nearest
///             integer to 2^64 k (p_0 + ... + p_i) / sum p, up to one unit. So u_i / (2^64 k) is p_i / sum p within 2^-64 / k, the
///             u_i add up to 2^64 k exactly, and p_i = 0 owns none.
/// Result      thresholds and aliases by integer arithmetic on the u_i: the same on every machine.
/// Shapes      p: k >= 1 numbers, finite, not negative, not all zero, with a finite sum. table: k entries. k < 2^39.
/// Cost        O(k), two passes; 16 k bytes of workspace are allocated (std::bad_alloc). Interrupted.
void build_alias_table(const double* p, std::ptrdiff_t k, AliasEntry* table);

/// p_i = u_i / (2^64 k), to the nearest double: u_i is summed from the thresholds in integers. 16 k bytes are allocated.
void alias_probabilities(const AliasEntry* table, std::ptrdiff_t k, double* p);

/// Whether a table of this many bytes is better asked for its entries ahead of time.
bool alias_table_is_far(std::ptrdiff_t k);

/// out[i] = the outcome that word i selects: j = floor(w k / 2^64) is the cell, the low 64 bits of w k the place in it: j below
/// the cell's threshold, else its alias.
///
/// Shapes      T: std::int64_t, or std::int32_t for k <= 2^31. The table is read during draws: it outlives the law.
/// Result      the same on every level, for any number of threads, alignment and split: integers only. One word an element.
/// Error       P(i) differs from u_i / (2^64 k) by less than (cells that outcome i has a part in) 2^-64: a cell is met by
///             2^64 / k words, give or take one.
/// Cost        a multiplication, a comparison, and one cache line of the table per element. The table's distance decides.
template <class T>
class CategoricalLaw final : public Law {
public:
    CategoricalLaw(const AliasEntry* table, std::ptrdiff_t k)
        : Law(2, sizeof(T)), parameters_{table, static_cast<std::uint64_t>(k), alias_table_is_far(k)} {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;

private:
    CategoricalParameters parameters_;
};

/// The same map for n words at hand; `out` may be the words themselves for T = std::int64_t.
template <class T>
void categorical_of_words(const AliasEntry* table, std::ptrdiff_t k, const std::uint64_t* words, std::ptrdiff_t n, T* out,
                          int threads);

}  // namespace mlmath
