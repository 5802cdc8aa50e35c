// SPDX-License-Identifier: BSD-3-Clause
// gamma: dispatch.
#include "kernels/random/distributions/gamma/gamma.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GammaLawKernels, gamma_law_kernels);

namespace {

template <class T>
const GammaLawFunctions<T>& functions() {
    const GammaLawKernels& kernels = active(gamma_law_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
LawOf<T, GammaParameters> gamma_law(double shape, double scale) {
    return {gamma_halves, functions<T>().convert, {shape, scale}, UnitUse::gammas};
}

template <class T>
const LawOfArrays& gamma_of_arrays() {
    static const ArrayLawOf<T> law(
        gamma_halves, 2,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().convert_each(key, unit, words, units, out, parameters); },
        UnitUse::gammas);
    return law;
}

template <class T>
const LawOfArrays& standard_gamma_of_arrays() {
    static const ArrayLawOf<T> law(
        gamma_halves, 1,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().standard_each(key, unit, words, units, out, parameters); },
        UnitUse::gammas);
    return law;
}

template <class T>
const LawOfArrays& chisquare_of_arrays() {
    static const ArrayLawOf<T> law(
        gamma_halves, 1,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().chisquare_each(key, unit, words, units, out, parameters); },
        UnitUse::gammas);
    return law;
}

template LawOf<double, GammaParameters> gamma_law<double>(double, double);
template LawOf<float, GammaParameters> gamma_law<float>(double, double);
template const LawOfArrays& gamma_of_arrays<double>();
template const LawOfArrays& gamma_of_arrays<float>();
template const LawOfArrays& standard_gamma_of_arrays<double>();
template const LawOfArrays& standard_gamma_of_arrays<float>();
template const LawOfArrays& chisquare_of_arrays<double>();
template const LawOfArrays& chisquare_of_arrays<float>();

}  // namespace mlmath
