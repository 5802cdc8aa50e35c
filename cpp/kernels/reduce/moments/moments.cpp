// SPDX-License-Identifier: BSD-3-Clause
// moments: dispatch and the merging of two neighbours. The order and the threads are reduction_tree.hpp's.
#include "kernels/reduce/moments/moments.hpp"

#include "kernels/reduce/moments/moments_chunk.hpp"
#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(MomentsKernels, moments_kernels);

namespace {

struct MomentsOp {
    using State = Moments;
    static constexpr std::ptrdiff_t column_block = moments_column_block;
    const MomentsKernels& kernels;

    // [Chan1983]. Constraint: for data like 1e9 + noise the chunk means differ by less than a double resolves of them.
    // Arithmetic: with means rounded to double, delta is wrong by eps |mean| per merge, and squares by 2 delta times that.
    // Decision: means in two parts; shift is added to the larger one without loss [Higham2002, alg. 4.3].
    static Moments merge(const Moments& a, const Moments& b) {
        const double count = a.count + b.count, weight = a.count == b.count ? 0.5 : b.count / count;
        const double delta = (b.mean - a.mean) + (b.mean_low - a.mean_low);
        const double shift = delta * weight + a.mean_low;
        const double mean = a.mean + shift, moved = mean - a.mean;
        const double lost = (a.mean - (mean - moved)) + (shift - moved);
        return {count, mean, lost, (a.squares + b.squares) + delta * delta * (a.count * weight)};
    }
    void rows(const double* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* out) const {
        kernels.rows_f64(x, stride, rows, n, out);
    }
    void rows(const float* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* out) const {
        kernels.rows_f32(x, stride, rows, n, out);
    }
    void columns(const double* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, Moments* out) const {
        kernels.columns_f64(x, offsets, rows, columns, out);
    }
    void columns(const float* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, Moments* out) const {
        kernels.columns_f32(x, offsets, rows, columns, out);
    }
};

}  // namespace

template <class T, class Result>
void variance(ArrayView<const T> x, AxisSet axes, double divisor, Result* out, const std::ptrdiff_t* out_strides, int threads) {
    const MomentsOp op{active(moments_kernels_by_level)};
    const ReductionPlan plan = plan_reduction(x.axes, x.shape, x.strides, axes, out_strides);
    reduce(op, x.data, plan, threads,
           [&](std::ptrdiff_t at, const Moments& m) { out[at] = static_cast<Result>(m.squares / divisor); });
}

template void variance(ArrayView<const double>, AxisSet, double, double*, const std::ptrdiff_t*, int);
template void variance(ArrayView<const float>, AxisSet, double, float*, const std::ptrdiff_t*, int);
template void variance(ArrayView<const float>, AxisSet, double, double*, const std::ptrdiff_t*, int);

}  // namespace mlmath
