// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc: rotations of two rows, rows that become columns. Compiled once per level.
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc_kernels.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void rotate(T* x, T* y, std::ptrdiff_t n, T c, T s) {
    const vec<T> cosine = broadcast(c), sine = broadcast(s);
    for (std::ptrdiff_t j = 0; j < n; j += width<T>) {
        const std::ptrdiff_t some = n - j < width<T> ? n - j : width<T>;
        const vec<T> xj = load_first(x + j, some), yj = load_first(y + j, some);
        store_first(x + j, fnma(sine, yj, cosine * xj), some);
        store_first(y + j, fma(sine, xj, cosine * yj), some);
    }
}

// Constraint: reads and writes cannot both run along memory, and a line that is written in pieces is fetched for each. Decision: z
// is written row after row, and of every row of x one whole line is read at a time.
template <class T>
void columns(const T* const* row, std::ptrdiff_t n, std::ptrdiff_t from, std::ptrdiff_t to, T* z, std::ptrdiff_t z_stride) {
    constexpr int W = width<T>;
    constexpr std::ptrdiff_t line = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
    for (std::ptrdiff_t i = from; i < to; i += line)
        for (std::ptrdiff_t c = 0; c < n; c += W) {
            const std::ptrdiff_t some = n - c < W ? n - c : W;
            for (std::ptrdiff_t k = i; k < i + line && k < to; k += W) {
                const std::ptrdiff_t rows = to - k < W ? to - k : W;
                vec<T> x[W];
                if (some == W && rows == W) {
                    MLMATH_UNROLL for (int l = 0; l < W; ++l) x[l] = load(row[c + l] + k);
                    transpose<T>(x);
                    MLMATH_UNROLL for (int l = 0; l < W; ++l) store(z + (k + l) * z_stride + c, x[l]);
                } else {
                    MLMATH_UNROLL for (int l = 0; l < W; ++l) x[l] = load_first(row[l < some ? c + l : c] + k, rows);
                    transpose<T>(x);
                    MLMATH_UNROLL for (int l = 0; l < W; ++l) if (l < rows) store_first(z + (k + l) * z_stride + c, x[l], some);
                }
            }
        }
}

}  // namespace

extern const MergeKernels merge_kernels;
const MergeKernels merge_kernels = {{rotate<double>, columns<double>}, {rotate<float>, columns<float>}};

}  // namespace mlmath::MLMATH_LEVEL
