// SPDX-License-Identifier: BSD-3-Clause
// minmax: dispatch and the merging of two neighbours. The order and the threads are reduction_tree.hpp's.
#include "kernels/reduce/minmax/minmax.hpp"

#include <bit>
#include <cstdint>
#include <type_traits>

#include "kernels/reduce/minmax/minmax_chunk.hpp"
#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(MinmaxKernels, minmax_kernels);

namespace {

// As reduction_extremes.hpp orders them: by bits, so that no comparison raises a flag.
template <class T>
auto order_of(T x) {
    using Key = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    const Key bits = std::bit_cast<Key>(x), sign = bits >> (8 * sizeof(T) - 1);
    return static_cast<Key>(bits ^ (sign & static_cast<Key>(~std::make_unsigned_t<Key>{0} >> 1)));
}

template <class T>
struct MinmaxOp {
    using State = Extremes<T>;
    static constexpr std::ptrdiff_t column_block = minmax_column_block;
    const MinmaxKernels& kernels;

    static State merge(const State& a, const State& b) {
        if (a.smallest != a.smallest) return a;  // quiet: an equality raises nothing for a quiet NaN
        if (b.smallest != b.smallest) return b;
        return {order_of(b.smallest) < order_of(a.smallest) ? b.smallest : a.smallest,
                order_of(b.largest) > order_of(a.largest) ? b.largest : a.largest};
    }
    void rows(const T* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, State* out) const {
        if constexpr (sizeof(T) == 8)
            kernels.rows_f64(x, stride, rows, n, out);
        else
            kernels.rows_f32(x, stride, rows, n, out);
    }
    void columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, State* out) const {
        if constexpr (sizeof(T) == 8)
            kernels.columns_f64(x, offsets, rows, columns, out);
        else
            kernels.columns_f32(x, offsets, rows, columns, out);
    }
};

}  // namespace

template <class T>
void minmax(ArrayView<const T> x, AxisSet axes, T* smallest, T* largest, const std::ptrdiff_t* out_strides, int threads) {
    const MinmaxOp<T> op{active(minmax_kernels_by_level)};
    const ReductionPlan plan = plan_reduction(x.axes, x.shape, x.strides, axes, out_strides);
    reduce(op, x.data, plan, threads, [&](std::ptrdiff_t at, const Extremes<T>& found) {
        smallest[at] = found.smallest;
        largest[at] = found.largest;
    });
}

template void minmax(ArrayView<const double>, AxisSet, double*, double*, const std::ptrdiff_t*, int);
template void minmax(ArrayView<const float>, AxisSet, float*, float*, const std::ptrdiff_t*, int);

}  // namespace mlmath
