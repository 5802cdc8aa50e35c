// SPDX-License-Identifier: BSD-3-Clause
// binomial: dispatch.
#include "kernels/random/distributions/binomial/binomial.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BinomialKernels, binomial_kernels);

CountLaw binomial_law(double n, double p) {
    const double parameters[2] = {n, p};
    return {table_of(CountMethod::binomial, n, p), &binomial_of_arrays(), parameters};
}

const LawOfArrays& binomial_of_arrays() {
    // By way of a function: the active level may change.
    static const ArrayLawOf<std::int64_t> law(
        4, 2,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, std::int64_t* out,
           const double* const* parameters) {
            active(binomial_kernels_by_level).convert_each(key, unit, words, units, out, parameters);
        });
    return law;
}

}  // namespace mlmath
