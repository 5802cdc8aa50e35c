// SPDX-License-Identifier: BSD-3-Clause
// beta, F: dispatch.
#include "kernels/random/distributions/beta/beta.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BetaKernels, beta_kernels);

namespace {

template <class T>
const BetaFunctions<T>& functions() {
    const BetaKernels& kernels = active(beta_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
LawOf<T, BetaParameters> beta_law(double a, double b) {
    return {beta_halves, functions<T>().beta, {a, b}, UnitUse::two_gammas};
}
template <class T>
LawOf<T, BetaParameters> f_law(double dfnum, double dfden) {
    return {beta_halves, functions<T>().f, {dfnum, dfden}, UnitUse::two_gammas};
}

template <class T>
const LawOfArrays& beta_of_arrays() {
    static const ArrayLawOf<T> law(
        beta_halves, 2,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().beta_each(key, unit, words, units, out, parameters); },
        UnitUse::two_gammas);
    return law;
}
template <class T>
const LawOfArrays& f_of_arrays() {
    static const ArrayLawOf<T> law(
        beta_halves, 2,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().f_each(key, unit, words, units, out, parameters); },
        UnitUse::two_gammas);
    return law;
}

template LawOf<double, BetaParameters> beta_law<double>(double, double);
template LawOf<float, BetaParameters> beta_law<float>(double, double);
template LawOf<double, BetaParameters> f_law<double>(double, double);
template LawOf<float, BetaParameters> f_law<float>(double, double);
template const LawOfArrays& beta_of_arrays<double>();
template const LawOfArrays& beta_of_arrays<float>();
template const LawOfArrays& f_of_arrays<double>();
template const LawOfArrays& f_of_arrays<float>();

}  // namespace mlmath
