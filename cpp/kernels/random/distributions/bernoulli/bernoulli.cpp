// SPDX-License-Identifier: BSD-3-Clause
// bernoulli: dispatch.
#include "kernels/random/distributions/bernoulli/bernoulli.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BernoulliKernels, bernoulli_kernels);

namespace {

template <class T>
const BernoulliFunctions<T>& functions() {
    const BernoulliKernels& kernels = active(bernoulli_kernels_by_level);
    if constexpr (sizeof(T) == 1)
        return kernels.u8;
    else if constexpr (sizeof(T) == 4)
        return kernels.f32;
    else
        return kernels.f64;
}

}  // namespace

template <class T>
void BernoulliLaw<T>::convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                              void* out) const {
    functions<T>().convert(key, unit, words, units, static_cast<T*>(out), parameters_);
}

template <class T>
const LawOfArrays& bernoulli_of_arrays() {
    // By way of a function: the active level may change.
    static const ArrayLawOf<T> law(
        1, 1,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().convert_each(key, unit, words, units, out, parameters); });
    return law;
}

template class BernoulliLaw<std::uint8_t>;
template class BernoulliLaw<float>;
template class BernoulliLaw<double>;
template const LawOfArrays& bernoulli_of_arrays<std::uint8_t>();
template const LawOfArrays& bernoulli_of_arrays<float>();
template const LawOfArrays& bernoulli_of_arrays<double>();

}  // namespace mlmath
