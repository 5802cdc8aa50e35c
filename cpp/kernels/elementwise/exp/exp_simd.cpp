// SPDX-License-Identifier: BSD-3-Clause
// exp of a run. Compiled once per level; the function itself is simd/math.hpp's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/unary_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void exp_run(const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t y_stride, std::ptrdiff_t n) {
    map_run(x, x_stride, y, y_stride, n, [](vec<T> v) __attribute__((always_inline)) { return exp(v); });
}

}  // namespace

extern const UnaryKernels exp_kernels;
const UnaryKernels exp_kernels = {exp_run<double>, exp_run<float>};

}  // namespace mlmath::MLMATH_LEVEL
