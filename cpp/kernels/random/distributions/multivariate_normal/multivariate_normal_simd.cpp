// SPDX-License-Identifier: BSD-3-Clause
// multivariate_normal: rows of normals times a factor. Compiled once per level.
#include "kernels/random/distributions/multivariate_normal/multivariate_normal_parts.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: an fma takes 4 cycles and two start per cycle, so at least 8 sums must be under way; accumulators, one register row
//   of the panel and a broadcast share 32 registers (AVX-512) or 16.
// Arithmetic: 8 rows x 3 registers are 24 sums, 27 registers, and 11 loads for 24 fma; 4 x 3 are 12 sums in 16 registers.
// Decision: 8 rows (4 with 16 registers) by 3 registers.
constexpr int full_rows = register_bytes == 64 ? 8 : 4;
constexpr int full_registers = 3;

// sum[r][v] += z[r][k] a[k][v] for k in [from, until), v >= First. `a` is the panel at this group's column.
template <class T, int Rows, int Registers, int First>
MLMATH_INLINE void accumulate(const T* a, const T* z, std::ptrdiff_t order, std::ptrdiff_t from, std::ptrdiff_t until,
                              vec<T> (&sum)[Rows][Registers]) {
    a += from * normal_panel_columns<T>;
    for (std::ptrdiff_t k = from; k < until; ++k, a += normal_panel_columns<T>) {
        vec<T> column[Registers];
        MLMATH_UNROLL for (int v = First; v < Registers; ++v) column[v] = load(a + v * width<T>);
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
            const vec<T> factor = broadcast<T>(z[r * order + k]);
            MLMATH_UNROLL for (int v = First; v < Registers; ++v) sum[r][v] = fma(factor, column[v], sum[r][v]);
        }
    }
}

MLMATH_INLINE std::ptrdiff_t smaller(std::ptrdiff_t a, std::ptrdiff_t b) { return a < b ? a : b; }

// Columns column .. of Rows rows. Below the diagonal of a triangular factor the first register has nothing left to add, then the
// second: the zeros inside a register are multiplied, which adds +0.
template <class T, int Rows, int Registers>
MLMATH_INLINE void block(const NormalFactor<T>& f, const T* a, std::ptrdiff_t column, const T* mean, const T* z, T* x) {
    constexpr int w = width<T>;
    vec<T> sum[Rows][Registers] = {};
    std::ptrdiff_t done = f.triangular ? smaller(f.order, column + w) : f.order;
    accumulate<T, Rows, Registers, 0>(a, z, f.order, 0, done, sum);
    if constexpr (Registers > 1) {
        const std::ptrdiff_t until = smaller(f.order, column + 2 * w);
        if (f.triangular) accumulate<T, Rows, Registers, 1>(a, z, f.order, done, until, sum), done = until;
    }
    if constexpr (Registers > 2) {
        if (f.triangular) accumulate<T, Rows, Registers, 2>(a, z, f.order, done, smaller(f.order, column + 3 * w), sum);
    }
    MLMATH_UNROLL for (int v = 0; v < Registers; ++v) {
        const std::ptrdiff_t at = column + v * w, n = f.order - at;
        if (n >= w) {
            const vec<T> m = load(mean + at);
            MLMATH_UNROLL for (int r = 0; r < Rows; ++r) store(x + r * f.order + at, m + sum[r][v]);
        } else {
            const vec<T> m = load_first(mean + at, n);
            MLMATH_UNROLL for (int r = 0; r < Rows; ++r) store_first(x + r * f.order + at, m + sum[r][v], n);
        }
    }
}

template <class T, int Registers>
MLMATH_INLINE void columns(const NormalFactor<T>& f, const T* a, std::ptrdiff_t column, const T* mean, const T* z,
                           std::ptrdiff_t rows, T* x) {
    std::ptrdiff_t r = 0;
    for (; r + full_rows <= rows; r += full_rows)
        block<T, full_rows, Registers>(f, a, column, mean, z + r * f.order, x + r * f.order);
    for (; r < rows; ++r) block<T, 1, Registers>(f, a, column, mean, z + r * f.order, x + r * f.order);
}

// A group of columns stays in the nearest cache while all rows of the tile pass.
template <class T>
void product(const NormalFactor<T>& f, const T* mean, const T* z, std::ptrdiff_t rows, T* x) {
    constexpr std::ptrdiff_t group = full_registers * width<T>;
    for (std::ptrdiff_t column = 0; column < f.order; column += group) {
        const std::ptrdiff_t panel = column / normal_panel_columns<T>;
        const T* a = f.panels + panel * f.order * normal_panel_columns<T> + column % normal_panel_columns<T>;
        const std::ptrdiff_t left = f.order - column;
        if (left > 2 * width<T>)
            columns<T, 3>(f, a, column, mean, z, rows, x);
        else if (left > width<T>)
            columns<T, 2>(f, a, column, mean, z, rows, x);
        else
            columns<T, 1>(f, a, column, mean, z, rows, x);
    }
}

}  // namespace

extern const MultivariateNormalKernels multivariate_normal_kernels;
const MultivariateNormalKernels multivariate_normal_kernels = {{product<double>}, {product<float>}};

}  // namespace mlmath::MLMATH_LEVEL
