// SPDX-License-Identifier: BSD-3-Clause
// histogram: dispatch; elements of other types are converted to doubles a block at a time. Threads and counters: bin_counts.hpp.
#include "kernels/reduce/histogram/histogram.hpp"

#include <type_traits>

#include "kernels/reduce/bin_counts.hpp"
#include "kernels/reduce/histogram/histogram_bins.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(HistogramKernels, histogram_kernels);

namespace {

// Hands locate(first, n, index) to `use`.
template <class T, class Use>
void with_locate(const T* x, const double* edges, std::ptrdiff_t count, bool uniform, double tolerance, Use&& use) {
    const HistogramBins bins{edges, count, static_cast<double>(count) / (edges[count] - edges[0]), tolerance};
    const HistogramKernels& kernels = active(histogram_kernels_by_level);
    const auto locate = uniform ? kernels.locate_uniform : kernels.locate_edges;
    use([&, locate](std::ptrdiff_t first, std::ptrdiff_t n, std::int64_t* index) -> const std::int64_t* {
        if constexpr (std::is_same_v<T, double>) {
            locate(x + first, n, bins, index);
        } else {
            alignas(64) double values[bin_counts::block];
            for (std::ptrdiff_t i = 0; i < n; ++i) values[i] = static_cast<double>(x[first + i]);
            locate(values, n, bins, index);
        }
        return index;
    });
}

}  // namespace

template <class T>
void histogram(const T* x, std::ptrdiff_t n, const double* edges, std::ptrdiff_t bins, bool uniform, double tolerance,
               std::int64_t* counts, int threads) {
    with_locate(x, edges, bins, uniform, tolerance, [&](auto&& locate) { bin_counts::count(n, bins, counts, threads, locate); });
}

template <class T>
void histogram_weighted(const T* x, std::ptrdiff_t n, const double* edges, std::ptrdiff_t bins, bool uniform, double tolerance,
                        const double* weights, double* sums, int threads) {
    with_locate(x, edges, bins, uniform, tolerance,
                [&](auto&& locate) { bin_counts::add_weights(n, bins, weights, sums, threads, locate); });
}

#define MLMATH_HISTOGRAM_OF(T)                                                                                             \
    template void histogram(const T*, std::ptrdiff_t, const double*, std::ptrdiff_t, bool, double, std::int64_t*, int);    \
    template void histogram_weighted(const T*, std::ptrdiff_t, const double*, std::ptrdiff_t, bool, double, const double*, \
                                     double*, int)
MLMATH_HISTOGRAM_OF(double);
MLMATH_HISTOGRAM_OF(float);
MLMATH_HISTOGRAM_OF(std::int8_t);
MLMATH_HISTOGRAM_OF(std::uint8_t);
MLMATH_HISTOGRAM_OF(std::int16_t);
MLMATH_HISTOGRAM_OF(std::uint16_t);
MLMATH_HISTOGRAM_OF(std::int32_t);
MLMATH_HISTOGRAM_OF(std::uint32_t);
MLMATH_HISTOGRAM_OF(std::int64_t);
#undef MLMATH_HISTOGRAM_OF

}  // namespace mlmath
