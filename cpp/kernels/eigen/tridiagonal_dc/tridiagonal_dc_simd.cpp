// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc: rotations of two rows. Compiled once per level.
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc_kernels.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void rotate(T* x, T* y, std::ptrdiff_t n, T c, T s) {
    const vec<T> cosine = broadcast(c), sine = broadcast(s);
    for (std::ptrdiff_t j = 0; j < n; j += width<T>) {
        const std::ptrdiff_t some = n - j < width<T> ? n - j : width<T>;
        const vec<T> xj = load_first(x + j, some), yj = load_first(y + j, some);
        store_first(x + j, fnma(sine, yj, cosine * xj), some);
        store_first(y + j, fma(sine, xj, cosine * yj), some);
    }
}

}  // namespace

extern const MergeKernels merge_kernels;
const MergeKernels merge_kernels = {{rotate<double>}, {rotate<float>}};

}  // namespace mlmath::MLMATH_LEVEL
