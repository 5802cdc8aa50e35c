// SPDX-License-Identifier: BSD-3-Clause
// normal: dispatch.
#include "kernels/random/distributions/normal/normal.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(NormalKernels, normal_kernels);

namespace {

template <class T>
const NormalFunctions<T>& functions() {
    const NormalKernels& kernels = active(normal_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
void NormalLaw<T>::convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                           void* out) const {
    functions<T>().convert(key, unit, words, units, static_cast<T*>(out), parameters_);
}

template <class T>
bool NormalLaw<T>::fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, void* out,
                        bool streaming) const {
    functions<T>().fill(key, block, first, count, static_cast<T*>(out), streaming, parameters_);
    return true;
}

template <class T>
const LawOfArrays& normal_of_arrays() {
    // By way of a function: the active level may change.
    static const ArrayLawOf<T> law(
        sizeof(T) / 4, 2,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().convert_each(key, unit, words, units, out, parameters); },
        normals_use<T>);
    return law;
}

template class NormalLaw<double>;
template class NormalLaw<float>;
template const LawOfArrays& normal_of_arrays<double>();
template const LawOfArrays& normal_of_arrays<float>();

}  // namespace mlmath
