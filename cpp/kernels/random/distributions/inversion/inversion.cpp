// SPDX-License-Identifier: BSD-3-Clause
// inversion: dispatch.
#include "kernels/random/distributions/inversion/inversion.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(InversionKernels, inversion_kernels);

namespace {

template <class T>
const InversionFunctions<T>& functions(Inversion law) {
    const InversionKernels& kernels = active(inversion_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64[static_cast<int>(law)];
    else
        return kernels.f32[static_cast<int>(law)];
}

}  // namespace

template <class T>
void InversionLaw<T>::convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                              void* out) const {
    functions<T>(law_).convert(key, unit, words, units, static_cast<T*>(out), parameters_);
}

template <class T>
bool InversionLaw<T>::fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, void* out,
                           bool streaming) const {
    const auto function = functions<T>(law_).fill;
    if (function == nullptr) return false;
    function(key, block, first, count, static_cast<T*>(out), streaming, parameters_);
    return true;
}

template <class T, Inversion L>
const LawOfArrays& inversion_of_arrays() {
    // By way of a function: the active level may change.
    static const ArrayLawOf<T> law(
        sizeof(T) / 4, inversion_parameters[static_cast<int>(L)],
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>(L).convert_each(key, unit, words, units, out, parameters); });
    return law;
}

template class InversionLaw<double>;
template class InversionLaw<float>;

#define MLMATH_INVERSION_OF_ARRAYS(law)                                        \
    template const LawOfArrays& inversion_of_arrays<double, Inversion::law>(); \
    template const LawOfArrays& inversion_of_arrays<float, Inversion::law>()
MLMATH_INVERSION_OF_ARRAYS(standard_exponential);
MLMATH_INVERSION_OF_ARRAYS(exponential);
MLMATH_INVERSION_OF_ARRAYS(rayleigh);
MLMATH_INVERSION_OF_ARRAYS(gumbel);
MLMATH_INVERSION_OF_ARRAYS(laplace);
MLMATH_INVERSION_OF_ARRAYS(logistic);
MLMATH_INVERSION_OF_ARRAYS(cauchy);
MLMATH_INVERSION_OF_ARRAYS(weibull);
MLMATH_INVERSION_OF_ARRAYS(pareto);
MLMATH_INVERSION_OF_ARRAYS(power);
MLMATH_INVERSION_OF_ARRAYS(triangular);
#undef MLMATH_INVERSION_OF_ARRAYS

}  // namespace mlmath
