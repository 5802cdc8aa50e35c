// SPDX-License-Identifier: BSD-3-Clause
// geometric: dispatch.
#include "kernels/random/distributions/geometric/geometric.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GeometricKernels, geometric_kernels);

const LawOfArrays& geometric_of_arrays() {
    // By way of a function: the active level may change.
    static const ArrayLawOf<std::int64_t> law(
        2, 1,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, std::int64_t* out,
           const double* const* parameters) {
            active(geometric_kernels_by_level).convert_each(key, unit, words, units, out, parameters);
        });
    return law;
}

}  // namespace mlmath
