// SPDX-License-Identifier: BSD-3-Clause
// bincount: dispatch; narrow integers are widened a block at a time. Threads and counters: bin_counts.hpp.
#include "kernels/reduce/bincount/bincount.hpp"

#include <mutex>
#include <type_traits>

#include "kernels/reduce/bin_counts.hpp"
#include "kernels/reduce/bincount/bincount_range.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BincountKernels, bincount_kernels);

namespace {

template <class T>
auto widened(const T* x) {
    return [x](std::ptrdiff_t first, std::ptrdiff_t n, std::int64_t* buffer) -> const std::int64_t* {
        if constexpr (std::is_same_v<T, std::int64_t>) return x + first;
        for (std::ptrdiff_t i = 0; i < n; ++i) buffer[i] = x[first + i];
        return buffer;
    };
}

}  // namespace

template <class T>
IntegerRange integer_range(const T* x, std::ptrdiff_t n, int threads) {
    const BincountKernels& kernels = active(bincount_kernels_by_level);
    const std::ptrdiff_t task = bin_counts::elements_per_task;
    IntegerRange range{x[0], x[0]};
    std::mutex mutex;
    parallel_for((n + task - 1) / task, n < 4 * bin_counts::block ? 1 : threads, [&](std::ptrdiff_t t) {
        const std::ptrdiff_t begin = t * task, count = std::min(task, n - begin);
        using Wide = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
        Wide found[2] = {static_cast<Wide>(x[begin]), static_cast<Wide>(x[begin])};
        if constexpr (std::is_same_v<T, std::int64_t>) {
            kernels.range_i64(x + begin, count, found);
        } else if constexpr (std::is_same_v<T, std::int32_t>) {
            kernels.range_i32(x + begin, count, found);
        } else {
            T low = x[begin], high = x[begin];
            for (std::ptrdiff_t i = begin; i < begin + count; ++i) low = std::min(low, x[i]), high = std::max(high, x[i]);
            const std::lock_guard lock(mutex);
            range = {std::min<std::int64_t>(range.smallest, low), std::max<std::int64_t>(range.largest, high)};
            return;
        }
        const std::lock_guard lock(mutex);
        range = {std::min<std::int64_t>(range.smallest, found[0]), std::max<std::int64_t>(range.largest, found[1])};
    });
    return range;
}

template <class T>
void bincount(const T* x, std::ptrdiff_t n, std::ptrdiff_t bins, std::int64_t* counts, int threads) {
    bin_counts::count(n, bins, counts, threads, widened(x));
}

template <class T>
void bincount_weighted(const T* x, std::ptrdiff_t n, std::ptrdiff_t bins, const double* weights, double* sums, int threads) {
    bin_counts::add_weights(n, bins, weights, sums, threads, widened(x));
}

#define MLMATH_BINCOUNT_OF(T)                                                             \
    template IntegerRange integer_range(const T*, std::ptrdiff_t, int);                   \
    template void bincount(const T*, std::ptrdiff_t, std::ptrdiff_t, std::int64_t*, int); \
    template void bincount_weighted(const T*, std::ptrdiff_t, std::ptrdiff_t, const double*, double*, int)
MLMATH_BINCOUNT_OF(std::int8_t);
MLMATH_BINCOUNT_OF(std::uint8_t);
MLMATH_BINCOUNT_OF(std::int16_t);
MLMATH_BINCOUNT_OF(std::uint16_t);
MLMATH_BINCOUNT_OF(std::int32_t);
MLMATH_BINCOUNT_OF(std::uint32_t);
MLMATH_BINCOUNT_OF(std::int64_t);
#undef MLMATH_BINCOUNT_OF

}  // namespace mlmath
