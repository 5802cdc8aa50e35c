// SPDX-License-Identifier: BSD-3-Clause
// uniform: dispatch.
#include "kernels/random/distributions/uniform/uniform.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(UniformKernels, uniform_kernels);

namespace {

template <class T>
const UniformFunctions<T>& functions() {
    const UniformKernels& kernels = active(uniform_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
void UniformLaw<T>::convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                            void* out) const {
    functions<T>().convert(key, unit, words, units, static_cast<T*>(out), parameters_);
}

template <class T>
bool UniformLaw<T>::fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, void* out,
                         bool streaming) const {
    functions<T>().fill(key, block, first, count, static_cast<T*>(out), streaming, parameters_);
    return true;
}

template <class T>
const LawOfArrays& uniform_of_arrays() {
    // By way of a function: the active level may change.
    static const ArrayLawOf<T> law(
        sizeof(T) / 4, 2,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().convert_each(key, unit, words, units, out, parameters); });
    return law;
}

template class UniformLaw<double>;
template class UniformLaw<float>;
template const LawOfArrays& uniform_of_arrays<double>();
template const LawOfArrays& uniform_of_arrays<float>();

}  // namespace mlmath
