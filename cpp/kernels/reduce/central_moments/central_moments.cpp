// SPDX-License-Identifier: BSD-3-Clause
// central_moments: dispatch, the merging of two states, weights. The order and the threads are reduction_tree.hpp's.
#include "kernels/reduce/central_moments/central_moments.hpp"

#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CentralMomentsKernels, central_moments_kernels);

// Means in two parts, as moments/ merges them; [Pebay2008, eqs 2.1 to 2.3] with a = weight_a / weight, b = weight_b / weight.
CentralMoments merged(const CentralMoments& left, const CentralMoments& right) {
    CentralMoments m = left;
    const bool nan_right = right.smallest != right.smallest, nan_left = left.smallest != left.smallest;
    if (!nan_left && (nan_right || right.smallest < left.smallest)) m.smallest = right.smallest;
    if (!nan_left && (nan_right || right.largest > left.largest)) m.largest = right.largest;
    if (right.weight == 0) return m;
    if (left.weight == 0) {
        const double smallest = m.smallest, largest = m.largest;
        m = right;
        m.smallest = smallest, m.largest = largest;
        return m;
    }
    const double weight = left.weight + right.weight, b = left.weight == right.weight ? 0.5 : right.weight / weight;
    const double a = left.weight == right.weight ? 0.5 : left.weight / weight;
    const double delta = (right.mean - left.mean) + (right.mean_low - left.mean_low), square = delta * delta;
    const double shift = delta * b + left.mean_low;
    m.weight = weight;
    m.mean = left.mean + shift;
    const double moved = m.mean - left.mean;
    m.mean_low = (left.mean - (m.mean - moved)) + (shift - moved);
    const double between = square * (left.weight * b);
    m.m2 = (left.m2 + right.m2) + between;
    m.m3 = (left.m3 + right.m3) + (between * delta * (a - b) + 3 * delta * (a * right.m2 - b * left.m2));
    m.m4 = (left.m4 + right.m4) + (between * square * (a * a - a * b + b * b) + 6 * square * (a * a * right.m2 + b * b * left.m2) +
                                   4 * delta * (a * right.m3 - b * left.m3));
    return m;
}

namespace {

struct CentralMomentsOp {
    using State = CentralMoments;
    static constexpr std::ptrdiff_t column_block = central_moments_column_block;
    const CentralMomentsKernels& kernels;
    int which;

    static State merge(const State& a, const State& b) { return merged(a, b); }
    void rows(const double* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, State* out) const {
        kernels.rows_f64[which](x, stride, rows, n, out);
    }
    void rows(const float* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, State* out) const {
        kernels.rows_f32[which](x, stride, rows, n, out);
    }
    void columns(const double* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, State* out) const {
        kernels.columns_f64[which](x, offsets, rows, columns, out);
    }
    void columns(const float* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, State* out) const {
        kernels.columns_f32[which](x, offsets, rows, columns, out);
    }
};

std::ptrdiff_t kept_items(int axes, const std::ptrdiff_t* shape, AxisSet reduced) {
    std::ptrdiff_t items = 1;
    for (int a = 0; a < axes; ++a)
        if ((reduced >> a & 1) == 0) items *= shape[a];
    return items;
}

// The axes with the given place in `reduced`, not merged: x and its weights are walked alike.
Axes axes_of(int axes, const std::ptrdiff_t* shape, const std::ptrdiff_t* strides, AxisSet reduced, bool wanted,
             const std::ptrdiff_t* out_strides) {
    Axes list;
    for (int a = 0; a < axes; ++a)
        if (((reduced >> a & 1) != 0) == wanted) {
            list.append(shape[a], strides[a], wanted ? 0 : out_strides[a]);
            list.total *= shape[a];
        }
    return list;
}

}  // namespace

template <class T>
void central_moments(ArrayView<const T> x, AxisSet axes, int order, const Segment* segments, int count, CentralMoments* out,
                     const std::ptrdiff_t* out_strides, int threads) {
    const CentralMomentsOp op{active(central_moments_kernels_by_level), order > 2};
    const ReductionPlan plan = plan_reduction(x.axes, x.shape, x.strides, axes, out_strides);
    const std::ptrdiff_t items = kept_items(x.axes, x.shape, axes);
    reduce_segments(op, x.data, plan, segments, count, threads,
                    [&](int segment, std::ptrdiff_t at, const CentralMoments& m) { out[segment * items + at] = m; });
}

template <class T>
void central_moments_weighted(ArrayView<const T> x, ArrayView<const double> weights, AxisSet axes, const Segment* segments,
                              int count, CentralMoments* out, const std::ptrdiff_t* out_strides, int threads) {
    const CentralMomentsKernels& kernels = active(central_moments_kernels_by_level);
    const Axes kept = axes_of(x.axes, x.shape, x.strides, axes, false, out_strides);
    const Axes kept_weights = axes_of(x.axes, x.shape, weights.strides, axes, false, out_strides);
    const Axes along = axes_of(x.axes, x.shape, x.strides, axes, true, nullptr);
    const Axes along_weights = axes_of(x.axes, x.shape, weights.strides, axes, true, nullptr);
    const std::ptrdiff_t n = along.total, task_chunks = elements_per_task / reduction_chunk;
    std::ptrdiff_t tasks = 0, task_of[most_segments + 1];
    for (int s = 0; s < count; ++s) {
        task_of[s] = tasks;
        tasks += reduction::ceil_div(segments[s].chunks, task_chunks);
    }
    task_of[count] = tasks;
    Workspace states_space(kept.total * tasks * sizeof(CentralMoments));
    auto* const states = states_space.take<CentralMoments>(kept.total * tasks);
    const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, elements_per_task * tasks / n);
    parallel_for(reduction::ceil_div(kept.total * tasks, group), n * kept.total < elements_worth_a_thread ? 1 : threads,
                 [&](std::ptrdiff_t g) {
                     alignas(64) T values[reduction_chunk];
                     alignas(64) double v[reduction_chunk], w[reduction_chunk];
                     for (std::ptrdiff_t t = g * group; t < std::min(kept.total * tasks, (g + 1) * group); ++t) {
                         int s = 0;
                         while (task_of[s + 1] <= t % tasks) ++s;
                         const Segment& segment = segments[s];
                         const std::ptrdiff_t first = segment.first + (t % tasks - task_of[s]) * task_chunks;
                         const std::ptrdiff_t last = std::min(first + task_chunks, segment.first + segment.chunks);
                         CarryTree<CentralMoments> tree;
                         for (std::ptrdiff_t chunk = first; chunk < last; ++chunk) {
                             const std::ptrdiff_t begin = chunk * reduction_chunk, here = std::min(reduction_chunk, n - begin);
                             pack_elements(x.data + kept.offset(t / tasks), along, begin, here, values);
                             pack_elements(weights.data + kept_weights.offset(t / tasks), along_weights, begin, here, w);
                             // Zeros up to whole lanes: elements of weight 0. (The extremes are of the first `here`.)
                             for (std::ptrdiff_t i = 0; i < here; ++i) v[i] = values[i];
                             for (std::ptrdiff_t i = here; i % 32 != 0; ++i) v[i] = w[i] = 0;
                             CentralMoments m;
                             kernels.weighted(v, w, here, &m);
                             tree.push(m, merged);
                         }
                         states[t] = tree.finish(merged);
                     }
                 });
    for (std::ptrdiff_t item = 0; item < kept.total; ++item)
        for (int s = 0; s < count; ++s) {
            CarryTree<CentralMoments> tree;
            for (std::ptrdiff_t t = task_of[s]; t < task_of[s + 1]; ++t) tree.push(states[item * tasks + t], merged);
            out[s * kept.total + kept.out_offset(item)] = tree.finish(merged);
        }
}

#define MLMATH_CENTRAL_MOMENTS_OF(T)                                                                                             \
    template void central_moments(ArrayView<const T>, AxisSet, int, const Segment*, int, CentralMoments*, const std::ptrdiff_t*, \
                                  int);                                                                                          \
    template void central_moments_weighted(ArrayView<const T>, ArrayView<const double>, AxisSet, const Segment*, int,            \
                                           CentralMoments*, const std::ptrdiff_t*, int)
MLMATH_CENTRAL_MOMENTS_OF(double);
MLMATH_CENTRAL_MOMENTS_OF(float);
#undef MLMATH_CENTRAL_MOMENTS_OF

}  // namespace mlmath
