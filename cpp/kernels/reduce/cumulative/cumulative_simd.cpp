// SPDX-License-Identifier: BSD-3-Clause
// Running sums of a chunk. Compiled once per level.
//
// Eight elements at a time: sums of neighbours, of pairs of pairs, of fours; then what ran up to them within the chunk is added,
// then what ran up to the chunk. A chain through the chunk therefore waits for one addition in eight elements, not for eight.
#include "kernels/reduce/cumulative/cumulative_chunk.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr std::ptrdiff_t group = 8;

// The running sums of up to 8 numbers in `sum`, in place: -0 changes nothing it is added to.
MLMATH_INLINE void running_sums(double (&sum)[group]) {
    MLMATH_UNROLL for (int distance = 1; distance < group; distance *= 2) MLMATH_UNROLL for (int i = group - 1; i >= distance; --i)
        sum[i] += sum[i - distance];
}

double sums_f64(const double* x, std::ptrdiff_t n, double carry, double* out) {
    double within = -0.0;  // the chunk's own running sum
    std::ptrdiff_t i = 0;
#if defined(__AVX512F__)
    const vec_f64 nothing = broadcast(-0.0), before = broadcast(carry);
    vec_f64 last = nothing;
    for (; i + group <= n; i += group) {
        vec_f64 v = load(x + i);
        v += __builtin_shufflevector(nothing, v, 0, 8, 9, 10, 11, 12, 13, 14);
        v += __builtin_shufflevector(nothing, v, 0, 1, 8, 9, 10, 11, 12, 13);
        v += __builtin_shufflevector(nothing, v, 0, 1, 2, 3, 8, 9, 10, 11);
        v = last + v;
        last = __builtin_shufflevector(v, v, 7, 7, 7, 7, 7, 7, 7, 7);
        store(out + i, before + v);
    }
    within = last[0];
#endif
    for (; i < n; i += group) {
        const std::ptrdiff_t some = n - i < group ? n - i : group;
        double sum[group];
        for (std::ptrdiff_t k = 0; k < group; ++k) sum[k] = k < some ? x[i + k] : -0.0;
        running_sums(sum);
        for (std::ptrdiff_t k = 0; k < some; ++k) {
            sum[k] = within + sum[k];
            out[i + k] = carry + sum[k];
        }
        within = sum[some - 1];
    }
    return n == 0 ? carry : carry + within;
}

std::uint64_t sums_i64(const std::uint64_t* x, std::ptrdiff_t n, std::uint64_t carry, std::uint64_t* out) {
    for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = carry += x[i];
    return carry;
}

}  // namespace

extern const CumulativeKernels cumulative_kernels;
const CumulativeKernels cumulative_kernels = {sums_f64, sums_i64};

}  // namespace mlmath::MLMATH_LEVEL
