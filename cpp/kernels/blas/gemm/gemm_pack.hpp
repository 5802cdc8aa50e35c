// SPDX-License-Identifier: BSD-3-Clause
// gemm's packing: any layout of A and B into the panels the register tile reads. Included by the per-level units.
#pragma once
#include "kernels/blas/gemm/gemm_micro.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

template <int Count, class T>
MLMATH_INLINE void copy(const T* from, T* to) {
    if constexpr (Count >= width<T>) {
        store(to, load(from));
        copy<Count - width<T>>(from + width<T>, to + width<T>);
    } else {
        MLMATH_UNROLL for (int i = 0; i < Count; ++i) to[i] = from[i];
    }
}

// The lanes in the opposite order.
template <class T>
MLMATH_INLINE vec<T> backwards(vec<T> v) {
#if MLMATH_VECTOR_BYTES == 64
    if constexpr (sizeof(T) == 8)
        return (vec<T>)__builtin_shufflevector((vec_f64)v, (vec_f64)v, 7, 6, 5, 4, 3, 2, 1, 0);
    else
        return (vec<T>)__builtin_shufflevector((vec_f32)v, (vec_f32)v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
#elif MLMATH_VECTOR_BYTES == 32
    if constexpr (sizeof(T) == 8)
        return (vec<T>)__builtin_shufflevector((vec_f64)v, (vec_f64)v, 3, 2, 1, 0);
    else
        return (vec<T>)__builtin_shufflevector((vec_f32)v, (vec_f32)v, 7, 6, 5, 4, 3, 2, 1, 0);
#else
    if constexpr (sizeof(T) == 8)
        return (vec<T>)__builtin_shufflevector((vec_f64)v, (vec_f64)v, 1, 0);
    else
        return (vec<T>)__builtin_shufflevector((vec_f32)v, (vec_f32)v, 3, 2, 1, 0);
#endif
}

// from[0], from[-1], ... into to[0], to[1], ...
template <int Count, class T>
MLMATH_INLINE void copy_backwards(const T* from, T* to) {
    if constexpr (Count >= width<T>) {
        store(to, backwards<T>(load(from - (width<T> - 1))));
        copy_backwards<Count - width<T>>(from - width<T>, to + width<T>);
    } else {
        MLMATH_UNROLL for (int i = 0; i < Count; ++i) to[i] = from[-i];
    }
}

constexpr int rows_ahead = 16;
// k x n elements source[p * row + j * column] into panels of Width columns, each k x Width and dense:
//   packed[(j / Width) * (k * Width) + p * Width + j % Width]
// The columns that a last, narrower panel lacks are left as they are: nobody reads them.
template <int Width, class T>
void pack_panels(const T* source, std::ptrdiff_t row, std::ptrdiff_t column, std::ptrdiff_t k, std::ptrdiff_t n, T* packed) {
    constexpr int W = Width < width<T> ? Width : width<T>;  // elements moved at once
    const std::ptrdiff_t whole = n / Width * Width, panel = k * Width;
    if (column == 1 || column == -1) {
        // Rows lie ready. Row after row across all panels: the source is read as a few long runs, each page once.
        for (std::ptrdiff_t p = 0; p < k; ++p) {
            const T* from = source + p * row;
            T* to = packed + p * Width;
            if (p + rows_ahead < k) {
                const T* ahead = from + rows_ahead * row;
                constexpr int line = 64 / static_cast<int>(sizeof(T));
                for (std::ptrdiff_t j = 0; j < n; j += line) prefetch(ahead + j * column);
            }
            if (column == 1)
                for (std::ptrdiff_t j = 0; j < whole; j += Width, from += Width, to += panel) copy<Width>(from, to);
            else
                for (std::ptrdiff_t j = 0; j < whole; j += Width, from -= Width, to += panel) copy_backwards<Width>(from, to);
            for (std::ptrdiff_t j = 0; j < n - whole; ++j) to[j] = from[j * column];
        }
        return;
    }
    for (std::ptrdiff_t j0 = 0; j0 < n; j0 += Width, packed += panel) {
        const std::ptrdiff_t wide = n - j0 < Width ? n - j0 : Width;
        const T* from = source + j0 * column;
        std::ptrdiff_t j = 0;
        if (row == 1 && W == width<T>) {  // columns lie ready: square by square through registers
            for (; j + W <= wide; j += W) {
                std::ptrdiff_t p = 0;
                for (; p + W <= k; p += W) {
                    vec<T> line[width<T>];
                    MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) line[l] = load(from + (j + l) * column + p);
                    transpose<T>(line);
                    MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) store(packed + (p + l) * Width + j, line[l]);
                }
                for (; p < k; ++p)
                    for (int l = 0; l < W; ++l) packed[p * Width + j + l] = from[p + (j + l) * column];
            }
        }
        for (; j < wide; ++j)
            for (std::ptrdiff_t p = 0; p < k; ++p) packed[p * Width + j] = from[p * row + j * column];
    }
}

}  // namespace mlmath::MLMATH_LEVEL
