// SPDX-License-Identifier: BSD-3-Clause
// exp: dispatch.
#include "kernels/elementwise/exp/exp.hpp"

#include "kernels/elementwise/elementwise.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(UnaryKernels, exp_kernels);

template <class T>
void exp(ArrayView<const T> x, T* out, const std::ptrdiff_t* out_strides, int threads) {
    map_elements<T>(active(exp_kernels_by_level).of(x.data), x, out, out_strides, threads);
}

template void exp(ArrayView<const double>, double*, const std::ptrdiff_t*, int);
template void exp(ArrayView<const float>, float*, const std::ptrdiff_t*, int);

}  // namespace mlmath
