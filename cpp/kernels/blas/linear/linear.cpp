// SPDX-License-Identifier: BSD-3-Clause
// linear: gemm with a tail.
#include "kernels/blas/linear/linear.hpp"

#include "core/check.hpp"
#include "kernels/blas/linear/linear_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LinearKernels, linear_kernels);

namespace {

const LinearTails<float>& tails(float) { return active(linear_kernels_by_level).f32; }
const LinearTails<double>& tails(double) { return active(linear_kernels_by_level).f64; }

}  // namespace

template <class T>
void linear(MatrixView<const T> x, MatrixView<const T> w, const T* b, Activation f, MatrixView<T> y, int threads) {
    check_same_size("linear", "columns of x", x.columns, "rows of w", w.rows);
    check_shape("linear", "y", y.rows, y.columns, x.rows, w.columns);
    const GemmTail<T> tail = {b, tails(T()).apply[static_cast<int>(f)]};
    gemm_with_tail<T>(x, w, y, f == Activation::none && b == nullptr ? nullptr : &tail, threads);
}

#define MLMATH_LINEAR(T) template void linear(MatrixView<const T>, MatrixView<const T>, const T*, Activation, MatrixView<T>, int)
MLMATH_LINEAR(double);
MLMATH_LINEAR(float);
#undef MLMATH_LINEAR

}  // namespace mlmath
