// SPDX-License-Identifier: BSD-3-Clause
// The bins of a block of elements. Compiled once per level.
//
//   t = (x - first) scale - 1/2,   k = t rounded to an integer,   |t - k| <= 1/2 - tolerance: k is the bin
// Rounding to nearest and not down, because adding 1.5 2^52 does it in every instruction set and leaves the integer in the low
// bits; what lies near a tie lies near an edge, and is settled by the edges.
#include "kernels/reduce/histogram/histogram_bins.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr double round_to_integer = 0x1.8p52;

// The estimate is off by at most one (the caller's promise); the edges decide.
std::int64_t settled(double x, std::int64_t estimate, const HistogramBins& bins) {
    const std::int64_t last = bins.count - 1;
    std::int64_t k = estimate < 0 ? 0 : estimate > last ? last : estimate;
    if (x < bins.edges[k])
        --k;
    else if (k != last && x >= bins.edges[k + 1])
        ++k;
    return k;
}

void locate_uniform(const double* x, std::ptrdiff_t n, const HistogramBins& bins, std::int64_t* index) {
    const vec_f64 first = broadcast(bins.edges[0]), last = broadcast(bins.edges[bins.count]), scale = broadcast(bins.scale);
    const vec_f64 half = broadcast(0.5), magic = broadcast(round_to_integer), certain = broadcast(0.5 - bins.tolerance);
    const vec_i64 none = broadcast<std::int64_t>(bins.count);
    for (std::ptrdiff_t i = 0; i < n; i += width<double>) {
        const std::ptrdiff_t here = n - i < width<double> ? n - i : width<double>;
        const vec_f64 v = here == width<double> ? load(x + i) : load_first(x + i, here);
        const mask<double> inside = (v >= first) & (v <= last);
        const vec_f64 t = (v - first) * scale - half, shifted = t + magic;
        const mask<double> doubtful = (absolute(t - (shifted - magic)) > certain) & inside;
        const vec_i64 k = inside ? (vec_i64)shifted - (vec_i64)magic : none;
        if (here == width<double>)
            store(index + i, k);
        else
            store_first(index + i, k, here);
        if (__builtin_expect(any(doubtful), 0))
            for (std::ptrdiff_t l = 0; l < here; ++l)
                if (doubtful[l]) index[i + l] = settled(x[i + l], index[i + l], bins);
    }
}

// The number of edges at or below x, found by halving without a branch; one less is the bin.
void locate_edges(const double* x, std::ptrdiff_t n, const HistogramBins& bins, std::int64_t* index) {
    const double* const edges = bins.edges;
    const double first = edges[0], last = edges[bins.count];
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double v = x[i];
        std::ptrdiff_t low = 0, size = bins.count;  // the bin is in low .. low + size - 1
        while (size > 1) {
            const std::ptrdiff_t half = size / 2;
            low += edges[low + half] <= v ? half : 0;
            size -= half;
        }
        index[i] = v >= first && v <= last ? low : bins.count;
    }
}

}  // namespace

extern const HistogramKernels histogram_kernels;
const HistogramKernels histogram_kernels = {locate_uniform, locate_edges};

}  // namespace mlmath::MLMATH_LEVEL
