// SPDX-License-Identifier: BSD-3-Clause
// moments: mean and sum of squared deviations along any axes of an array, in one pass over memory. Contract.
#pragma once
#include "kernels/reduce/reduction_source.hpp"

namespace mlmath {

struct VarianceForm {
    double correction = 0;      // what is subtracted from the number of elements
    bool numbers_only = false;  // NaNs are left out
    bool root = false;          // the standard deviation
};

/// out[k] = (sum over the reduced axes at kept index k of (x - mean)^2) / (count - correction), or its square root; floating out.
/// Returns false when count - correction is not positive somewhere; the result is NaN there.
///
/// Shapes, order, failure: as in sum.hpp; in.other: none or select. One reduced element gives 0.
/// Method    chunks of 1024 elements, each read twice while it lies in cache: mean, then deviations from it; chunks are merged
///           pairwise [Chan1983], means carried in two doubles.
/// Error     relative (min(n, 1024)/32 + 5 + 4 log2 ceil(n/1024)) eps + n (eps kappa)^2 in double's eps, kappa = rms(x) / standard
///           deviation; two-pass accuracy [Chan1983].
/// Numbers   NaN or an infinity in an item gives NaN (an infinity raises "invalid").
/// Cost      6n flops, every element read once from memory.
bool variance(const ReductionInput& in, const VarianceForm& form, const ReductionOutput& out, int threads);

}  // namespace mlmath
