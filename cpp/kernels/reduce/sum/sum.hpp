// SPDX-License-Identifier: BSD-3-Clause
// sum, mean, norms that are sums: along any axes of an array. Contract.
#pragma once
#include "kernels/reduce/reduction_source.hpp"
#include "kernels/reduce/sum/sum_chunk.hpp"

namespace mlmath {

struct SumForm {
    Term term = Term::plain;
    double initial = 0;
    double divisor = 1;
    bool root = false;
};

/// out[k] = (initial + sum of the terms over the reduced axes at kept index k) / divisor, or its square root; in double, floating
/// out.
///
/// Shapes    as ReductionInput says, any type and second operand. out must not overlap the input.
/// Order     fixed by the number of elements per result (reduction_tree.hpp): the same bits for any number of threads, layout and
///           alignment of the same logical order, on every level with FMA (without squares: on every level).
/// Error     |sum - exact| <= gamma sum |term|, gamma = (min(n, 1024)/32 + 5 + log2 ceil(n/1024)) eps with double's eps, for all
///           dtypes [Higham2002, sec. 4.2]; then one rounding of the quotient and one to the output. 2^29 equal floats are summed
///           exactly. Integers are converted one by one (rounded beyond 2^53).
/// Numbers   NaN and infinities propagate; the sum of -0s is +0, as NumPy's. An overflow of the conversion to out raises the flag.
/// Cost      n additions, every element read once. Failure   Interrupted, std::bad_alloc.
void sum(const ReductionInput& in, const SumForm& form, const ReductionOutput& out, int threads);

/// The same of some elements: those that in.other selects, and without the NaNs when numbers_only is set. With mean, the sum is
/// divided by their number, and false is returned when there are none somewhere (the result is NaN there).
bool sum_of_some(const ReductionInput& in, bool numbers_only, bool mean, double initial, const ReductionOutput& out, int threads);

/// out[k] = initial + sum of integers or bools modulo 2^64 (out: i64 or u64).
void integer_sum(const ReductionInput& in, std::uint64_t initial, const ReductionOutput& out, int threads);

/// The sum of a vector, as above.
template <class T>
double sum(VectorView<const T> x, int threads);

}  // namespace mlmath
