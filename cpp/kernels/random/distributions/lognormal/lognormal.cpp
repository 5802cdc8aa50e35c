// SPDX-License-Identifier: BSD-3-Clause
// lognormal: dispatch.
#include "kernels/random/distributions/lognormal/lognormal.hpp"

#include "kernels/random/distributions/lognormal/lognormal_parts.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LognormalKernels, lognormal_kernels);

namespace {

template <class T>
void exponentials(T* x, std::ptrdiff_t n) {
    const LognormalKernels& kernels = active(lognormal_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        kernels.exponentials_f64(x, n);
    else
        kernels.exponentials_f32(x, n);
}

}  // namespace

template <class T>
void LognormalLaw<T>::convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                              void* out) const {
    normal_.convert(key, unit, words, units, out);
    exponentials(static_cast<T*>(out), units * unit_elements(halves));
}

template <class T>
const LawOfArrays& lognormal_of_arrays() {
    static const ArrayLawOf<T> law(
        sizeof(T) / 4, 2,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) {
            normal_of_arrays<T>().convert(key, unit, words, units, out, parameters);
            exponentials(out, units * unit_elements(sizeof(T) / 4));
        },
        normals_use<T>);
    return law;
}

template class LognormalLaw<double>;
template class LognormalLaw<float>;
template const LawOfArrays& lognormal_of_arrays<double>();
template const LawOfArrays& lognormal_of_arrays<float>();

}  // namespace mlmath
