// SPDX-License-Identifier: BSD-3-Clause
// sum: dispatch. The order and the threads are reduction_tree.hpp's.
#include "kernels/reduce/sum/sum.hpp"

#include "kernels/reduce/reduction_tree.hpp"
#include "kernels/reduce/sum/sum_chunk.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SumKernels, sum_kernels);

namespace {

struct SumOp {
    using State = double;
    static constexpr std::ptrdiff_t column_block = sum_column_block;
    const SumKernels& kernels;

    static double merge(double left, double right) { return left + right; }
    void rows(const double* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* out) const {
        kernels.rows_f64(x, stride, rows, n, out);
    }
    void rows(const float* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* out) const {
        kernels.rows_f32(x, stride, rows, n, out);
    }
    void columns(const double* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, double* out) const {
        kernels.columns_f64(x, offsets, rows, columns, out);
    }
    void columns(const float* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, double* out) const {
        kernels.columns_f32(x, offsets, rows, columns, out);
    }
};

}  // namespace

template <class T, class Result>
void sum(ArrayView<const T> x, AxisSet axes, double divisor, Result* out, const std::ptrdiff_t* out_strides, int threads) {
    const SumOp op{active(sum_kernels_by_level)};
    const ReductionPlan plan = plan_reduction(x.axes, x.shape, x.strides, axes, out_strides);
    // + 0: a sum that starts from 0, as NumPy's, never ends as -0.
    reduce(op, x.data, plan, threads,
           [&](std::ptrdiff_t at, double total) { out[at] = static_cast<Result>((total + 0.0) / divisor); });
}

template <class T>
double sum(VectorView<const T> x, int threads) {
    if (x.size == 0) return 0;
    double total;
    const std::ptrdiff_t unused = 0;
    sum<T, double>({x.data, 1, &x.size, &x.stride}, all_axes, 1, &total, &unused, threads);
    return total;
}

template void sum(ArrayView<const double>, AxisSet, double, double*, const std::ptrdiff_t*, int);
template void sum(ArrayView<const float>, AxisSet, double, float*, const std::ptrdiff_t*, int);
template void sum(ArrayView<const float>, AxisSet, double, double*, const std::ptrdiff_t*, int);
template double sum(VectorView<const double>, int);
template double sum(VectorView<const float>, int);

}  // namespace mlmath
