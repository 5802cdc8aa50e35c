// SPDX-License-Identifier: BSD-3-Clause
// student_t: dispatch.
#include "kernels/random/distributions/student_t/student_t.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(StudentTKernels, student_t_kernels);

namespace {

template <class T>
const StudentTFunctions<T>& functions() {
    const StudentTKernels& kernels = active(student_t_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
LawOf<T, StudentTParameters> student_t_law(double df) {
    return {student_t_halves, functions<T>().convert, {df}};
}

template <class T>
const LawOfArrays& student_t_of_arrays() {
    static const ArrayLawOf<T> law(
        student_t_halves, 1,
        [](const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
           const double* const* parameters) { functions<T>().convert_each(key, unit, words, units, out, parameters); });
    return law;
}

template LawOf<double, StudentTParameters> student_t_law<double>(double);
template LawOf<float, StudentTParameters> student_t_law<float>(double);
template const LawOfArrays& student_t_of_arrays<double>();
template const LawOfArrays& student_t_of_arrays<float>();

}  // namespace mlmath
