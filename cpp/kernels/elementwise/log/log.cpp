// SPDX-License-Identifier: BSD-3-Clause
// log: dispatch.
#include "kernels/elementwise/log/log.hpp"

#include "kernels/elementwise/elementwise.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(UnaryKernels, log_kernels);

template <class T>
void log(ArrayView<const T> x, T* out, const std::ptrdiff_t* out_strides, int threads) {
    map_elements<T>(active(log_kernels_by_level).of(x.data), x, out, out_strides, threads);
}

template void log(ArrayView<const double>, double*, const std::ptrdiff_t*, int);
template void log(ArrayView<const float>, float*, const std::ptrdiff_t*, int);

}  // namespace mlmath
