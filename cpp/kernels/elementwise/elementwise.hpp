// SPDX-License-Identifier: BSD-3-Clause
// Functions of one element applied to arrays: what the kernels of this family agree on, and who computes which part.
#pragma once
#include <algorithm>

#include "core/thread_pool.hpp"
#include "kernels/elementwise/unary_kernels.hpp"
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath {

// Constraint: handing a piece to another thread costs about a microsecond. Arithmetic: 8192 doubles of exp take 5 us in cache and
// move 128 KiB. Decision: pieces of 8192 elements, a second thread from four pieces on. (Results do not depend on it.)
constexpr std::ptrdiff_t elements_per_piece = 8192;

/// Applies the kernel to every element: x of any shape and strides, no size zero; out at the same index by out_strides (one per
/// axis).
template <class T>
void map_elements(UnaryKernel<T> kernel, ArrayView<const T> x, T* out, const std::ptrdiff_t* out_strides, int threads) {
    // Every axis is kept: sorted by stride and merged, the last is the run the kernel works along.
    const ReductionPlan plan = plan_reduction(x.axes, x.shape, x.strides, 0, out_strides);
    const Axes& axes = plan.kept;
    const std::ptrdiff_t run = axes.count > 0 ? axes.size[axes.count - 1] : 1, total = axes.total;
    const std::ptrdiff_t x_step = axes.count > 0 ? axes.stride[axes.count - 1] : 1;
    const std::ptrdiff_t out_step = axes.count > 0 ? axes.out_stride[axes.count - 1] : 1;
    const std::ptrdiff_t pieces = (total + elements_per_piece - 1) / elements_per_piece;
    parallel_for(pieces, pieces < 4 ? 1 : threads, [&](std::ptrdiff_t piece) {
        std::ptrdiff_t item = piece * elements_per_piece;
        const std::ptrdiff_t end = std::min(total, item + elements_per_piece);
        while (item < end) {
            const std::ptrdiff_t n = std::min(run - item % run, end - item);
            kernel(x.data + plan.origin + axes.offset(item), x_step, out + plan.out_origin + axes.out_offset(item), out_step, n);
            item += n;
        }
    });
}

}  // namespace mlmath
