// SPDX-License-Identifier: BSD-3-Clause
// The loop of an elementwise kernel unit: registers of a function over a strided run.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// y[i*y_stride] = f(x[i*x_stride]). The lanes behind the end hold 1, where none of the functions raises a flag.
template <class T, class Function>
MLMATH_INLINE void map_run(const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t y_stride, std::ptrdiff_t n, Function&& f) {
    std::ptrdiff_t i = 0;
    if (x_stride == 1 && y_stride == 1) {
        for (; i + width<T> <= n; i += width<T>) store(y + i, f(load(x + i)));
        if (i < n) {
            const vec<T> rest = select<T>(first_lanes<T>(n - i), load_first(x + i, n - i), broadcast(T(1)));
            store_first(y + i, f(rest), n - i);
        }
        return;
    }
    for (; i < n; i += width<T>) {
        const std::ptrdiff_t count = n - i < width<T> ? n - i : width<T>;
        vec<T> v = load_strided(x + i * x_stride, x_stride, count);
        v = select<T>(first_lanes<T>(count), v, broadcast(T(1)));
        store_strided(y + i * y_stride, y_stride, f(v), count);
    }
}

}  // namespace mlmath::MLMATH_LEVEL
