// SPDX-License-Identifier: BSD-3-Clause
// discrete_table: laws on counts by one look into an alias table. Contract.
#pragma once
#include <memory>

#include "kernels/random/distributions/discrete_table/discrete_table_parts.hpp"
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// out[i] = a count drawn with one 64-bit word w.
///
/// Definition  With b bits of index, i = floor(w / 2^(64-b)) and f = w mod 2^(64-b): the count is base + i when f is below the
///             threshold of cell i, else base + the alias of cell i [Walker1977].
///             The table: counts are those within p(k) >= 2^-70 p(mode), each way from the mode; their probabilities, summing to
///             1, become integers q(k) = round(2^64 p(k)), the mode taking what is left to 2^64. Cells are made of the q by the
///             textbook's integer algorithm, which is exact: cell i gives its own count to `threshold` and its alias's to the
///             other words, and every count gets q(k) words.
/// Error       q(k) 2^-64 against the law: below 2^-63 for each count but the mode, whose error is the sum of the others':
///             below 2^-53. Counts that get no word, for want of a cell or because 2^64 p rounds to 0, have a total probability
///             below 2^-60 (found: 11 2^-64 for Poisson's law with mean 10^4). No test of fewer than 2^100 draws can see either.
/// Result      the same bits on every level and for any number of threads and split.
/// Cost        a gather and six vector operations for 8 counts.
bool build_table(const CountRatios& ratios, DiscreteTable& table);
bool build_table(const double* probabilities, std::ptrdiff_t n, DiscreteTable& table);

enum class CountMethod { poisson, binomial, negative_binomial };

/// The table of a law with these parameters, nullptr when it has none. Tables are kept for the calling thread's last 8 laws: 16
/// KiB each at most, and one more to build in, until the thread ends.
std::shared_ptr<const DiscreteTable> table_of(CountMethod method, double first, double second);

void convert_by_table(const std::uint64_t* words, std::ptrdiff_t n, std::int64_t* out, const DiscreteTable& table);

/// A law on counts with numbers as parameters: its table, or else the law of arrays.
class CountLaw final : public Law {
public:
    CountLaw(const LawOfArrays& direct, const double* parameters) : CountLaw(nullptr, &direct, parameters) {}
    CountLaw(std::shared_ptr<const DiscreteTable> table, const LawOfArrays* direct, const double* parameters)
        : Law(table ? 2 : direct->halves, 8), table_(std::move(table)), direct_(direct) {
        for (int k = 0; direct != nullptr && k < direct->parameter_count; ++k) parameters_[k] = parameters[k];
    }
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;

private:
    std::shared_ptr<const DiscreteTable> table_;
    const LawOfArrays* direct_;
    double parameters_[2] = {};
};

}  // namespace mlmath
