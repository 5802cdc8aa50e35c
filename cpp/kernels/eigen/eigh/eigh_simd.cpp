// SPDX-License-Identifier: BSD-3-Clause
// eigh: the pass before (largest magnitude, is all finite) and the pass after (signs). Compiled once per level.
#include "kernels/eigen/eigh/eigh_kernels.hpp"
#include "kernels/eigen/signs_simd.hpp"
#include "kernels/factor/columns_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
T largest(std::ptrdiff_t n, const T* a, std::ptrdiff_t step, std::ptrdiff_t count, std::ptrdiff_t growth) {
    constexpr int W = width<T>;
    vec<T> most{}, undefined{};
    const vec<T> zero{};
    const auto take = [&](vec<T> x) __attribute__((always_inline)) {
        most = maximum<T>(absolute(x), most);
        undefined = fma(x, zero, undefined);  // NaN from then on when x is NaN or infinite
    };
    for (std::ptrdiff_t i = 0; i < n; ++i, a += step, count += growth) {
        std::ptrdiff_t j = 0;
        for (; j + W <= count; j += W) take(load(a + j));
        if (j < count) take(load_first(a + j, count - j));
    }
    T result = 0, check = 0;
    MLMATH_UNROLL for (int l = 0; l < W; ++l) {
        result = most[l] > result ? most[l] : result;
        check += undefined[l];
    }
    return result + check;
}

template <class T>
void turn_rows(T* z, std::ptrdiff_t ld, std::ptrdiff_t rows, std::ptrdiff_t columns) {
    constexpr int W = width<T>;
    for (std::ptrdiff_t i = 0; i < rows; ++i, z += ld) {
        vec<T> best{};
        std::ptrdiff_t j = 0;
        for (; j + W <= columns; j += W) best = larger_component<T>(best, load(z + j));
        if (j < columns) best = larger_component<T>(best, load_first(z + j, columns - j));
        T largest = 0, smallest = 0;
        MLMATH_UNROLL for (int l = 0; l < W; ++l) {
            largest = best[l] > largest ? best[l] : largest;
            smallest = best[l] < smallest ? best[l] : smallest;
        }
        // Some 2 n rotations have left the length off by a few units: one Newton step towards 1. The sign is chosen of what it
        // leaves: rounding may make two components equal.
        const T scale = 1 - T(0.5) * (run_product(z, z, columns) - 1), up = largest * scale, down = -smallest * scale;
        bool turn = down > up;
        if (down == up) {  // rare: the first of them decides
            j = 0;
            while (z[j] * scale != up && z[j] * scale != -up) ++j;
            turn = z[j] < 0;
        }
        const vec<T> factor = broadcast(turn ? -scale : scale);
        for (j = 0; j + W <= columns; j += W) store(z + j, load(z + j) * factor);
        if (j < columns) store_first(z + j, load_first(z + j, columns - j) * factor, columns - j);
    }
}

// `Count` registers of columns.
template <int Count, class T>
MLMATH_INLINE void turn_some(T* z, std::ptrdiff_t ld, std::ptrdiff_t rows) {
    constexpr int W = width<T>;
    vec<T> best[Count] = {};
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) best[r] = larger_component<T>(best[r], load(z + i * ld + r * W));
    }
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) {
            T* const element = z + i * ld + r * W;
            store(element, with_sign_of<T>(load(element), best[r]));
        }
    }
}
template <class T>
void turn_columns(T* z, std::ptrdiff_t ld, std::ptrdiff_t rows, std::ptrdiff_t columns) {
    constexpr int W = width<T>;
    std::ptrdiff_t j = 0;
    for (; j + 4 * W <= columns; j += 4 * W) turn_some<4>(z + j, ld, rows);
    for (; j + W <= columns; j += W) turn_some<1>(z + j, ld, rows);
    for (; j < columns; ++j) {
        T best = 0;
        for (std::ptrdiff_t i = 0; i < rows; ++i) {
            const T x = z[i * ld + j];
            if (magnitude(x) > magnitude(best)) best = x;
        }
        for (std::ptrdiff_t i = 0; i < rows && best < 0; ++i) z[i * ld + j] = -z[i * ld + j];
    }
}

template <class T>
constexpr EighKernel<T> kernel_of = {largest<T>, turn_rows<T>, turn_columns<T>};

}  // namespace

extern const EighKernels eigh_kernels;
const EighKernels eigh_kernels = {kernel_of<double>, kernel_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
