// SPDX-License-Identifier: BSD-3-Clause
// poisson: dispatch.
#include "kernels/random/distributions/poisson/poisson.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(PoissonKernels, poisson_kernels);

CountLaw poisson_law(double lam) { return {table_of(CountMethod::poisson, lam, 0), &poisson_of_arrays(), &lam}; }

const LawOfArrays& poisson_of_arrays() {
    // By way of a function: the active level may change.
    static const ArrayLawOf<std::int64_t> law(
        4, 1,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, std::int64_t* out,
           const double* const* parameters) {
            active(poisson_kernels_by_level).convert_each(key, unit, words, units, out, parameters);
        });
    return law;
}

}  // namespace mlmath
