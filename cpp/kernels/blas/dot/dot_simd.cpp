// SPDX-License-Identifier: BSD-3-Clause
// dot of one chunk in a fixed number of lanes. Compiled once per level.
#include "kernels/blas/dot/dot_chunk.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
T dot_of_chunk(const T* x, std::ptrdiff_t x_stride, const T* y, std::ptrdiff_t y_stride, std::ptrdiff_t n) {
    constexpr int lanes = reduction_lanes<T>, registers = reduction_registers<T>;

    if (n < 4) {  // too short for lanes: element i is lane i, and the fold of four lanes is (0 + 2) + (1 + 3)
        T lane[4] = {};
        for (std::ptrdiff_t i = 0; i < n; ++i) lane[i] = fma(x[i * x_stride], y[i * y_stride], T(0));
        return (lane[0] + lane[2]) + (lane[1] + lane[3]);
    }

    alignas(64) T lane[lanes];
    if (x_stride == 1 && y_stride == 1) {
        vec<T> sum[registers] = {};
        std::ptrdiff_t i = 0;
        for (; i + lanes <= n; i += lanes) {
            MLMATH_UNROLL for (int r = 0; r < registers; ++r)
                sum[r] = fma(load(x + i + r * width<T>), load(y + i + r * width<T>), sum[r]);
        }
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {  // the tail: whole registers, then a masked one, in the same lanes
            const std::ptrdiff_t left = n - i - r * width<T>;
            if (left > 0) {
                const std::ptrdiff_t count = left < width<T> ? left : width<T>;
                const vec<T> product = fma(load_first(x + i + r * width<T>, count), load_first(y + i + r * width<T>, count), sum[r]);
                sum[r] = select<T>(first_lanes<T>(count), product, sum[r]);
            }
        }
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) store(lane + r * width<T>, sum[r]);
    } else {
        for (T& l : lane) l = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {  // element i belongs to lane i mod lanes, as above
            T& l = lane[i % lanes];
            l = fma(x[i * x_stride], y[i * y_stride], l);
        }
    }
    return fold_sum<lanes>(lane);
}

}  // namespace

extern const DotKernels dot_kernels;
const DotKernels dot_kernels = {dot_of_chunk<double>, dot_of_chunk<float>, MLMATH_LEVEL_STRING};

}  // namespace mlmath::MLMATH_LEVEL
