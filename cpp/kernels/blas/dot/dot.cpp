// SPDX-License-Identifier: BSD-3-Clause
// dot: checks, dispatch, threads, and the order of the final sum. No arithmetic of its own but that sum.
#include "kernels/blas/dot/dot.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/dot/dot_chunk.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(DotKernels, dot_kernels);

namespace {

double sum_of(const DotKernels& k, VectorView<const double> x, VectorView<const double> y, std::ptrdiff_t from, std::ptrdiff_t n) {
    return k.f64(x.data + from * x.stride, x.stride, y.data + from * y.stride, y.stride, n);
}
float sum_of(const DotKernels& k, VectorView<const float> x, VectorView<const float> y, std::ptrdiff_t from, std::ptrdiff_t n) {
    return k.f32(x.data + from * x.stride, x.stride, y.data + from * y.stride, y.stride, n);
}

// Pairwise over chunk sums: a tree fixed by n alone, error growing with log2 of the number of chunks [Higham2002, sec. 4.2].
template <class T>
T pairwise(const T* s, std::ptrdiff_t n) {
    if (n == 1) return s[0];
    const std::ptrdiff_t half = n / 2;
    return pairwise(s, half) + pairwise(s + half, n - half);
}

// Constraint: handing work to another thread costs about a microsecond.
// Arithmetic: a chunk takes 0.3 us in L1 and 4 us from memory. Decision: a second thread from 8 chunks (2.4 us) on.
constexpr std::ptrdiff_t chunks_worth_a_thread = 8;

}  // namespace

template <class T>
T dot(VectorView<const T> x, VectorView<const T> y, int threads) {
    check_same_size("dot", "x", x.size, "y", y.size);
    const DotKernels& kernels = active(dot_kernels_by_level);
    const std::ptrdiff_t n = x.size, chunks = (n + dot_chunk - 1) / dot_chunk;
    if (chunks <= 1) return n == 0 ? T(0) : sum_of(kernels, x, y, 0, n);

    Workspace workspace(chunks * sizeof(T));
    T* sums = workspace.take<T>(chunks);
    // Groups of chunks keep the counter that hands them out off the critical path; each chunk still has its own place in `sums`.
    const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, std::min<std::ptrdiff_t>(16, chunks / 64));
    parallel_for((chunks + group - 1) / group, chunks < chunks_worth_a_thread ? 1 : threads, [&](std::ptrdiff_t g) {
        for (std::ptrdiff_t c = g * group; c < std::min(chunks, (g + 1) * group); ++c)
            sums[c] = sum_of(kernels, x, y, c * dot_chunk, std::min(dot_chunk, n - c * dot_chunk));
    });
    return pairwise(sums, chunks);
}

void dot_of_items(const DotItems<double>& items) { active(dot_kernels_by_level).items_f64(items); }
void dot_of_items(const DotItems<float>& items) { active(dot_kernels_by_level).items_f32(items); }

const char* dot_level() { return active(dot_kernels_by_level).level; }

template double dot(VectorView<const double>, VectorView<const double>, int);
template float dot(VectorView<const float>, VectorView<const float>, int);

}  // namespace mlmath
