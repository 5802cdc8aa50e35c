// SPDX-License-Identifier: BSD-3-Clause
// softmax, log-softmax, log-sum-exp: dispatch; the weighted sum.
#include "kernels/reduce/softmax/softmax.hpp"

#include <cmath>
#include <limits>

#include "kernels/reduce/softmax/softmax_columns.hpp"
#include "kernels/reduce/softmax/softmax_driver.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SoftmaxKernels, softmax_kernels);

namespace {

template <class T>
bool run(RowOutput output, ArrayView<const T> x, AxisSet axes, T* y, const std::ptrdiff_t* y_strides, int threads) {
    const SoftmaxKernels& kernels = active(softmax_kernels_by_level);
    const ReductionPlan plan = plan_reduction(x.axes, x.shape, x.strides, axes, y_strides, nullptr, output != RowOutput::sums);
    const std::ptrdiff_t n = plan.reduced.total;
    if (n * plan.kept.total < 2 * rows::task_elements) threads = 1;
    rows::Job<T> job{kernels.of(x.data), kernels.merge, output, plan, x.data + plan.origin, y + plan.out_origin, threads};
    if (job.by_columns()) {
        if (n <= short_row<T>)
            rows::short_columns(job);
        else if (n * row_columns<T> <= rows::stash_elements<T>)
            rows::stashed_columns(job);
        else
            rows::long_columns(job);
    } else if (n <= row_chunk) {
        rows::one_chunk_rows(job);
    } else if (n <= rows::stash_elements<T>) {
        rows::stashed_rows(job);
    } else {
        rows::long_rows(job);
    }
    return job.special.load(std::memory_order_relaxed);
}

// log |sum| and the sign from the maximum m and the two sums, of which the first are the terms at the maximum.
template <class T>
void finish_weighted(double maximum, double at_maximum, double rest, T* out, T* sign) {
    double result, direction;
    const auto sign_of = [](double v) { return std::isnan(v) ? v : v > 0 ? 1.0 : v < 0 ? -1.0 : 0.0; };
    if (!std::isfinite(maximum) || at_maximum == 0 || !std::isfinite(at_maximum) || !std::isfinite(rest)) {
        // A maximum of +infinity: at_maximum is the sum of weight * infinity. Of -infinity: there is no term.
        const double sum = at_maximum + rest;
        result = std::log(std::fabs(sum)) + (std::isfinite(maximum) ? maximum : 0);
        direction = sign_of(sum);
    } else {
        const double ratio = rest / at_maximum;
        result = std::log1p(ratio < -1 ? -ratio - 2 : ratio) + std::log(std::fabs(at_maximum)) + maximum;
        direction = sign_of(1 + ratio) * sign_of(at_maximum);
    }
    if (sign != nullptr)
        *sign = static_cast<T>(direction);
    else if (direction < 0)
        result = std::numeric_limits<double>::quiet_NaN();
    *out = static_cast<T>(result);
}

}  // namespace

template <class T>
bool softmax(ArrayView<const T> x, AxisSet axes, T* y, const std::ptrdiff_t* y_strides, int threads) {
    return run(RowOutput::probabilities, x, axes, y, y_strides, threads);
}

template <class T>
bool log_softmax(ArrayView<const T> x, AxisSet axes, T* y, const std::ptrdiff_t* y_strides, int threads) {
    return run(RowOutput::log_probabilities, x, axes, y, y_strides, threads);
}

template <class T>
void logsumexp(ArrayView<const T> x, AxisSet axes, T* out, const std::ptrdiff_t* out_strides, int threads) {
    run(RowOutput::sums, x, axes, out, out_strides, threads);
}

// One row after the other, chunk by chunk from scratch memory: weights change the terms, not the order.
template <class T>
void logsumexp_weighted(ArrayView<const T> x, const T* weights, const std::ptrdiff_t* weight_strides, AxisSet axes, T* out, T* sign,
                        const std::ptrdiff_t* out_strides, int threads) {
    const RowKernels<T>& kernels = active(softmax_kernels_by_level).of(x.data);
    // Two plans over unmerged, unsorted axes: x and the weights are walked in the same logical order.
    Axes kept, of_x, of_weights;
    for (int a = 0; a < x.axes; ++a) {
        if (axes >> a & 1) {
            of_x.append(x.shape[a], x.strides[a], 0), of_x.total *= x.shape[a];
            of_weights.append(x.shape[a], weight_strides[a], 0);
        } else {
            kept.append(x.shape[a], x.strides[a], weight_strides[a]), kept.total *= x.shape[a];
        }
    }
    Axes results;
    for (int a = 0; a < x.axes; ++a)
        if (!(axes >> a & 1)) results.append(x.shape[a], out_strides[a], 0);
    const std::ptrdiff_t n = of_x.total, chunks = rows::ceil_div(n, row_chunk);
    const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, rows::task_elements / n);
    if (n * kept.total < 2 * rows::task_elements) threads = 1;
    parallel_for(rows::ceil_div(kept.total, group), threads, [&](std::ptrdiff_t g) {
        alignas(64) T packed[row_chunk], packed_weights[row_chunk];
        for (std::ptrdiff_t item = g * group; item < std::min(kept.total, (g + 1) * group); ++item) {
            const T* const row = x.data + kept.offset(item);
            const T* const row_weights = weights + kept.out_offset(item);
            double maximum = -std::numeric_limits<double>::infinity(), at_maximum = 0, rest = 0;
            for (std::ptrdiff_t c = 0; c < chunks; ++c) {
                const std::ptrdiff_t count = rows::chunk_size(n, c);
                pack_elements(row, of_x, c * row_chunk, count, packed);
                pack_elements(row_weights, of_weights, c * row_chunk, count, packed_weights);
                RowState state;
                kernels.weighted_chunk(packed, packed_weights, count, &state);
                if (state.maximum > maximum) {
                    if (c > 0) {
                        const double sum = at_maximum + rest;
                        rest = sum == 0 ? 0 : sum * std::exp(maximum - state.maximum);
                    }
                    maximum = state.maximum, at_maximum = state.at_maximum;
                    rest += state.rest;
                } else if (state.maximum == maximum) {
                    at_maximum += state.at_maximum, rest += state.rest;
                } else {
                    const double sum = state.at_maximum + state.rest;
                    rest += sum == 0 ? 0 : sum * std::exp(state.maximum - maximum);
                }
            }
            const std::ptrdiff_t at = results.offset(item);
            finish_weighted(maximum, at_maximum, rest, out + at, sign != nullptr ? sign + at : nullptr);
        }
    });
}

#define MLMATH_SOFTMAX(T)                                                                                                         \
    template bool softmax(ArrayView<const T>, AxisSet, T*, const std::ptrdiff_t*, int);                                           \
    template bool log_softmax(ArrayView<const T>, AxisSet, T*, const std::ptrdiff_t*, int);                                       \
    template void logsumexp(ArrayView<const T>, AxisSet, T*, const std::ptrdiff_t*, int);                                         \
    template void logsumexp_weighted(ArrayView<const T>, const T*, const std::ptrdiff_t*, AxisSet, T*, T*, const std::ptrdiff_t*, \
                                     int)
MLMATH_SOFTMAX(double);
MLMATH_SOFTMAX(float);
#undef MLMATH_SOFTMAX

}  // namespace mlmath
