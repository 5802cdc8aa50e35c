// SPDX-License-Identifier: BSD-3-Clause
// gradient_norm: chunks, threads, the ordered sum.
#include "kernels/optim/gradient_norm/gradient_norm.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/fp_state.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/optim/gradient_norm/gradient_norm_row.hpp"
#include "kernels/optim/gradient_norm/gradient_norm_textbook.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GradientNormKernels, gradient_norm_kernels);

namespace {

double chunk_of(const GradientNormKernels& k, const double* g, std::ptrdiff_t n) { return k.f64(g, n); }
double chunk_of(const GradientNormKernels& k, const float* g, std::ptrdiff_t n) { return k.f32(g, n); }

// Constraint: the cut must not depend on the threads. Arithmetic: 8192 floats are 32 KiB, 1.3 us at 25 GB/s; handing a chunk over
// takes up to 1 us, so a second thread pays from 8 chunks on.
constexpr std::ptrdiff_t norm_chunk = 8192;
constexpr std::ptrdiff_t norm_chunks_worth_a_thread = 8;

}  // namespace

template <class T>
GradientNorm gradient_norm(const GradientSpan<T>* spans, std::ptrdiff_t count, int threads) {
    Workspace workspace(whole_lines(static_cast<std::size_t>(count + 1) * sizeof(std::ptrdiff_t)));
    std::ptrdiff_t* first = workspace.take<std::ptrdiff_t>(static_cast<std::size_t>(count + 1));  // first chunk of each span
    first[0] = 0;
    for (std::ptrdiff_t k = 0; k < count; ++k) first[k + 1] = first[k] + (spans[k].n + norm_chunk - 1) / norm_chunk;
    const std::ptrdiff_t chunks = first[count];
    if (chunks == 0) return {};
    Workspace sums_memory(static_cast<std::size_t>(chunks) * sizeof(double));
    double* sums = sums_memory.take<double>(static_cast<std::size_t>(chunks));
    const GradientNormKernels& kernels = active(gradient_norm_kernels_by_level);
    const auto chunk = [&](std::ptrdiff_t c) {
        const std::ptrdiff_t k = std::upper_bound(first, first + count + 1, c) - first - 1;
        const std::ptrdiff_t from = (c - first[k]) * norm_chunk;
        sums[c] = chunk_of(kernels, spans[k].data + from, std::min(norm_chunk, spans[k].n - from));
    };
    const unsigned flags_before = fp_flags();
    if (threads <= 1 || chunks < norm_chunks_worth_a_thread)
        for (std::ptrdiff_t c = 0; c < chunks; ++c) chunk(c);
    else
        parallel_for(chunks, threads, chunk);
    double sum = 0;
    for (std::ptrdiff_t c = 0; c < chunks; ++c) sum += sums[c];
    if (sum > 1e-280 && sum < 1e300) return {std::sqrt(sum), true, -1, -1};
    // Squares that overflowed or vanished say nothing about the norm: their flags go, and the scaled definition decides.
    const GradientNorm result = textbook::gradient_norm(spans, count);
    fp_clear();
    fp_raise(flags_before);
    return result;
}

template GradientNorm gradient_norm(const GradientSpan<double>*, std::ptrdiff_t, int);
template GradientNorm gradient_norm(const GradientSpan<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
