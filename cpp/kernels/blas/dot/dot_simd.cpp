// SPDX-License-Identifier: BSD-3-Clause
// dot of one chunk in a fixed number of lanes. Compiled once per level.
#include "kernels/blas/dot/dot_chunk.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Too short for lanes: element i is lane i, and those behind would add zeros. (A lane is never -0, so that leaving them out is the
// same.)
template <int Lanes, class T>
MLMATH_INLINE T short_dot(const T* x, std::ptrdiff_t x_stride, const T* y, std::ptrdiff_t y_stride, std::ptrdiff_t n) {
    T lane[Lanes];
    MLMATH_UNROLL for (int i = 0; i < Lanes; ++i) lane[i] = i < n ? fma(x[i * x_stride], y[i * y_stride], T(0)) : T(0);
    return fold_sum<Lanes>(lane);
}

template <class T>
T dot_of_chunk(const T* x, std::ptrdiff_t x_stride, const T* y, std::ptrdiff_t y_stride, std::ptrdiff_t n) {
    constexpr int lanes = reduction_lanes<T>, registers = reduction_registers<T>;

    if (n < 4) return short_dot<4>(x, x_stride, y, y_stride, n);
    if (n <= 8) return short_dot<8>(x, x_stride, y, y_stride, n);
    if (n <= 16) return short_dot<16>(x, x_stride, y, y_stride, n);

    alignas(64) T lane[lanes];
    if (x_stride == 1 && y_stride == 1) {
        vec<T> sum[registers] = {};
        std::ptrdiff_t i = 0;
        for (; i + lanes <= n; i += lanes) {
            MLMATH_UNROLL for (int r = 0; r < registers; ++r) sum[r] =
                fma(load(x + i + r * width<T>), load(y + i + r * width<T>), sum[r]);
        }
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {  // the tail: whole registers, then a masked one, in the same lanes
            const std::ptrdiff_t left = n - i - r * width<T>;
            if (left > 0) {
                const std::ptrdiff_t count = left < width<T> ? left : width<T>;
                const vec<T> product =
                    fma(load_first(x + i + r * width<T>, count), load_first(y + i + r * width<T>, count), sum[r]);
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

// Few elements of items that lie side by side have one size known to the compiler.
template <int N, class T>
void items_of_size(const DotItems<T>& g) {
    const T *x = g.x, *y = g.y;
    T* out = g.out;
    const std::ptrdiff_t x_stride = g.x_stride, y_stride = g.y_stride, x_item = g.x_item, y_item = g.y_item, out_item = g.out_item;
    for (std::ptrdiff_t left = g.count; left > 0; --left, x += x_item, y += y_item, out += out_item)
        *out = short_dot<N <= 4 ? 4 : 8>(x, x_stride, y, y_stride, N);
}
template <class T>
void dot_items(const DotItems<T>& g) {
    static constexpr void (*of_size[])(const DotItems<T>&) = {items_of_size<1, T>, items_of_size<2, T>, items_of_size<3, T>,
                                                              items_of_size<4, T>, items_of_size<5, T>, items_of_size<6, T>,
                                                              items_of_size<7, T>, items_of_size<8, T>};
    if (g.n >= 1 && g.n <= 8) return of_size[g.n - 1](g);
    for (std::ptrdiff_t t = 0; t < g.count; ++t)
        g.out[t * g.out_item] = dot_of_chunk(g.x + t * g.x_item, g.x_stride, g.y + t * g.y_item, g.y_stride, g.n);
}

}  // namespace

extern const DotKernels dot_kernels;
const DotKernels dot_kernels = {dot_of_chunk<double>, dot_of_chunk<float>, dot_items<double>, dot_items<float>,
                                MLMATH_LEVEL_STRING};

}  // namespace mlmath::MLMATH_LEVEL
