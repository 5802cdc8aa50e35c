// SPDX-License-Identifier: BSD-3-Clause
// cross_entropy: items in blocks that stay in cache, softmax's rows, then loss and gradient of each.
#include "kernels/reduce/cross_entropy/cross_entropy.hpp"

#include <algorithm>

#include "core/caches.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/reduce/cross_entropy/cross_entropy_parts.hpp"
#include "kernels/reduce/reduction_plan.hpp"
#include "kernels/reduce/softmax/softmax_parts.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SoftmaxKernels, softmax_kernels);
MLMATH_KERNEL_TABLE(CrossEntropyKernels, cross_entropy_kernels);

namespace {

// Constraint: a block's logits and probabilities stay in L1, and eight or more rows share their logarithms. Decision: 16 KiB of
// each.
template <class T>
constexpr std::ptrdiff_t block_elements = (16 << 10) / static_cast<std::ptrdiff_t>(sizeof(T));
constexpr std::ptrdiff_t most_rows = 256, task_elements = 16384;

template <class T>
struct Rows {
    ArrayView<const T> x;
    int axis;
    const CrossEntropyTargets<T>& targets;
    double scale;
    T* losses;
    T* gradient;
    const std::ptrdiff_t* gradient_strides;
    const SoftmaxKernels& softmax;
    const RowKernels<T>& rows;
    const CrossEntropyRow<T>& kernel;
    std::ptrdiff_t n, stride, gradient_stride, probability_stride;
    Axes items;  // strides: of x, of the gradient (out), of the probabilities (other), in C order

    bool counts(std::ptrdiff_t item) const {
        return targets.labels == nullptr || !targets.has_ignored || targets.labels[item] != targets.ignored;
    }

    // One item with the probabilities p (null: no gradient), which become its gradient.
    void finish(std::ptrdiff_t item, const T* row, T* p, T shift, T log_sum, T* scratch) const {
        if (!counts(item)) {
            losses[item] = 0;
            if (p != nullptr) std::fill_n(p, n, T(0));
            return;
        }
        const double v = targets.sample_weights != nullptr ? static_cast<double>(targets.sample_weights[item]) : 1.0;
        const double kept = 1 - targets.smoothing, uniform = targets.smoothing / static_cast<double>(n);
        ClassCoefficients<T> c{nullptr, targets.class_weights, static_cast<T>(kept), static_cast<T>(uniform)};
        if (targets.labels == nullptr) {
            const T* const q = targets.probabilities + items.other_offset(item);
            if (probability_stride != 1)
                for (std::ptrdiff_t j = 0; j < n; ++j) scratch[j] = q[j * probability_stride];
            c.probabilities = probability_stride != 1 ? scratch : q;
        }
        double loss = 0, total = 0, at_label = 0;
        if (c.probabilities != nullptr || uniform != 0)
            for (std::ptrdiff_t first = 0; first < n; first += row_chunk) {
                T part, part_total;
                kernel.loss(row + first, std::min(row_chunk, n - first), c.from(first), shift, log_sum, &part, &part_total);
                loss += static_cast<double>(part), total += static_cast<double>(part_total);
            }
        if (targets.labels != nullptr) {
            const std::int64_t t = targets.labels[item];
            at_label = kept * (targets.class_weights != nullptr ? static_cast<double>(targets.class_weights[t]) : 1.0);
            if (at_label != 0) loss -= at_label * static_cast<double>((row[t] - shift) - log_sum);
            total += at_label;
        }
        losses[item] = static_cast<T>(v * loss);
        if (p == nullptr) return;
        const double by = scale * v;
        kernel.gradient(p, n, c, static_cast<T>(by * total), static_cast<T>(by));
        if (targets.labels != nullptr) p[targets.labels[item]] -= static_cast<T>(by * at_label);
    }

    // Shift, log-sum and (unless p is null) probabilities of a row of several chunks.
    void long_row(const T* row, T* p, RowState* states, double* factors, T& shift, T& log_sum) const {
        const std::ptrdiff_t chunks = (n + row_chunk - 1) / row_chunk;
        for (std::ptrdiff_t c = 0; c < chunks; ++c)
            rows.chunk(row + c * row_chunk, std::min(row_chunk, n - c * row_chunk), p != nullptr ? p + c * row_chunk : nullptr,
                       true, states + c);
        const RowTotal total = softmax.merge(states, 1, chunks, factors);
        shift = static_cast<T>(total.shift), log_sum = static_cast<T>(total.log_sum);
        for (std::ptrdiff_t c = 0; p != nullptr && c < chunks; ++c)
            rows.scale(p + c * row_chunk, std::min(row_chunk, n - c * row_chunk), static_cast<T>(factors[c]), p + c * row_chunk,
                       false);
    }

    void block(std::ptrdiff_t first, std::ptrdiff_t count, bool streaming, T* packed, T* staging, T* scratch, RowState* states,
               double* factors) const {
        const T* from = x.data + items.offset(first);
        std::ptrdiff_t step = items.count > 0 ? items.stride[items.count - 1] : 0;
        const std::ptrdiff_t out_step = items.count > 0 ? items.out_stride[items.count - 1] : 0;
        if (stride != 1) {
            for (std::ptrdiff_t i = 0; i < count; ++i)
                for (std::ptrdiff_t j = 0; j < n; ++j) packed[i * n + j] = from[i * step + j * stride];
            from = packed, step = n;
        }
        T* const out = gradient != nullptr ? gradient + items.out_offset(first) : nullptr;
        const bool direct = gradient_stride == 1 && !streaming;
        T* const p = out == nullptr ? nullptr : direct ? out : staging;
        const std::ptrdiff_t p_step = direct ? out_step : n;
        T shift[most_rows], log_sum[most_rows];
        if (n <= row_chunk)
            rows.rows[static_cast<int>(p != nullptr ? RowOutput::both : RowOutput::sums)](from, step, count, n, p, p_step, shift,
                                                                                          log_sum, false);
        else
            for (std::ptrdiff_t i = 0; i < count; ++i)
                long_row(from + i * step, p != nullptr ? p + i * p_step : nullptr, states, factors, shift[i], log_sum[i]);
        for (std::ptrdiff_t i = 0; i < count; ++i)
            finish(first + i, from + i * step, p != nullptr ? p + i * p_step : nullptr, shift[i], log_sum[i], scratch);
        if (p == nullptr || direct) return;
        if (gradient_stride != 1)
            for (std::ptrdiff_t i = 0; i < count; ++i)
                for (std::ptrdiff_t j = 0; j < n; ++j) out[i * out_step + j * gradient_stride] = p[i * n + j];
        else if (out_step == n)
            rows.stream(p, count * n, out);
        else
            for (std::ptrdiff_t i = 0; i < count; ++i) std::copy_n(p + i * n, n, out + i * out_step);
    }
};

}  // namespace

template <class T>
void cross_entropy(ArrayView<const T> x, int axis, const CrossEntropyTargets<T>& targets, double scale, T* losses, T* gradient,
                   const std::ptrdiff_t* gradient_strides, int threads) {
    const SoftmaxKernels& softmax = active(softmax_kernels_by_level);
    Rows<T> rows{x,
                 axis,
                 targets,
                 scale,
                 losses,
                 gradient,
                 gradient_strides,
                 softmax,
                 softmax.of(x.data),
                 active(cross_entropy_kernels_by_level).of(x.data),
                 x.shape[axis],
                 x.strides[axis],
                 gradient != nullptr ? gradient_strides[axis] : 1,
                 targets.labels == nullptr ? targets.probability_strides[axis] : 1,
                 {}};
    const std::ptrdiff_t n = rows.n;
    for (int a = 0; a < x.axes; ++a)
        if (a != axis) {
            rows.items.append(x.shape[a], x.strides[a], gradient != nullptr ? gradient_strides[a] : 0,
                              targets.labels == nullptr ? targets.probability_strides[a] : 0);
            rows.items.total *= x.shape[a];
        }
    if (n == 1) rows.stride = rows.gradient_stride = rows.probability_stride = 1;
    const std::ptrdiff_t items = rows.items.total, run = rows.items.count > 0 ? rows.items.size[rows.items.count - 1] : 1;
    const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, task_elements / n), tasks = (items + group - 1) / group;
    const std::ptrdiff_t most = std::min({group, most_rows, std::max<std::ptrdiff_t>(1, block_elements<T> / n)});
    const bool streaming = gradient != nullptr && items * n * static_cast<std::ptrdiff_t>(sizeof(T)) > last_level_cache_bytes() / 2;
    const std::ptrdiff_t chunks = n > row_chunk ? (n + row_chunk - 1) / row_chunk : 0;
    const std::size_t packed_size = rows.stride != 1 ? most * n : 0, scratch_size = rows.probability_stride != 1 ? n : 0;
    const std::size_t staging_size = gradient != nullptr && (streaming || rows.gradient_stride != 1) ? most * n : 0;
    parallel_for(tasks, n * items < 2 * task_elements ? 1 : threads, [&](std::ptrdiff_t task) {
        Workspace workspace(whole_lines(packed_size * sizeof(T)) + whole_lines(scratch_size * sizeof(T)) +
                            whole_lines(staging_size * sizeof(T)) + whole_lines(chunks * sizeof(RowState)) +
                            whole_lines(chunks * sizeof(double)));
        T* const packed = workspace.take<T>(packed_size);
        T* const scratch = workspace.take<T>(scratch_size);
        T* const staging = workspace.take<T>(staging_size);
        RowState* const states = workspace.take<RowState>(chunks);
        double* const factors = workspace.take<double>(chunks);
        const std::ptrdiff_t end = std::min(items, (task + 1) * group);
        for (std::ptrdiff_t first = task * group; first < end;) {
            const std::ptrdiff_t count = std::min({most, end - first, run - first % run});
            rows.block(first, count, streaming, packed, staging, scratch, states, factors);
            first += count;
        }
    });
}

template void cross_entropy(ArrayView<const double>, int, const CrossEntropyTargets<double>&, double, double*, double*,
                            const std::ptrdiff_t*, int);
template void cross_entropy(ArrayView<const float>, int, const CrossEntropyTargets<float>&, double, float*, float*,
                            const std::ptrdiff_t*, int);

}  // namespace mlmath
