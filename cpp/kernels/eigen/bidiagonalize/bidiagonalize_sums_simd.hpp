// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: sums along columns, columns of sums. Part of the unit.
//
// The matrix lies by columns. y = A^T u are sums along columns, which are taken for a group of columns at once and turned into
// registers whose lanes are columns: all that follows of y, r, v is then done side by side. A r are sums of columns.
#pragma once
#include "kernels/eigen/bidiagonalize/bidiagonalize_kernels.hpp"
#include "kernels/factor/columns_simd.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Every sum runs in 64 bytes of lanes on every level, rows (columns) in lane number i mod lanes, so that the bits do not depend on
// the register: `parts` registers are one row of lanes. A group of columns is as many as there are lanes.
template <class T>
constexpr int lanes = 64 / static_cast<int>(sizeof(T));
template <class T>
constexpr int parts_of = lanes<T> / width<T>;
// Columns whose sums are under way together. Constraint: an FMA takes 4 cycles and two start in each. Decision: 8 registers of
// sums.
template <class T>
constexpr int columns_at_once = 8 / parts_of<T>;

template <class T>
MLMATH_INLINE T total(const vec<T>* v) {
    alignas(64) T lane[lanes<T>];
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) store(lane + p * width<T>, v[p]);
    return fold_sum<lanes<T>>(lane);
}
// The lanes below n, which may be negative.
template <class T>
MLMATH_INLINE mask<T> lanes_below(std::ptrdiff_t n) {
    return first_lanes<T>(n < 0 ? 0 : n);
}
// to[p]: the totals of columns p width ... (p + 1) width - 1, side by side; the same tree as total().
template <class T>
MLMATH_INLINE void totals(vec<T> (&sum)[lanes<T>][parts_of<T>], vec<T>* to) {
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) {
        vec<T> block[width<T>];
        MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) {
            MLMATH_UNROLL for (int half = parts_of<T> / 2; half > 0; half /= 2) MLMATH_UNROLL for (int q = 0; q < half; ++q)
                sum[p * width<T> + l][q] = sum[p * width<T> + l][q] + sum[p * width<T> + l][q + half];
            block[l] = sum[p * width<T> + l][0];
        }
        transpose<T>(block);
        MLMATH_UNROLL for (int half = width<T> / 2; half > 0; half /= 2) MLMATH_UNROLL for (int l = 0; l < half; ++l) block[l] =
            block[l] + block[l + half];
        to[p] = block[0];
    }
}

// to: sum_i w_i a_ic for a group of columns; after a_ic -= u_i y_c + x_i v_c where Change.
template <bool Change, class T>
MLMATH_INLINE void column_sums(T* a, std::ptrdiff_t ld, const T* u, const T* x, const T* y, const T* v, const T* w,
                               std::ptrdiff_t rows, vec<T>* to) {
    constexpr int C = columns_at_once<T>, P = parts_of<T>;
    vec<T> all[lanes<T>][P];
    MLMATH_UNROLL for (int first = 0; first < lanes<T>; first += C) {
        vec<T> sum[C][P] = {}, yc[C], vc[C];
        if constexpr (Change) {
            MLMATH_UNROLL for (int c = 0; c < C; ++c) yc[c] = broadcast(y[first + c]), vc[c] = broadcast(v[first + c]);
        }
        for (std::ptrdiff_t i = 0; i < rows; i += lanes<T>) {
            MLMATH_UNROLL for (int p = 0; p < P; ++p) {
                const std::ptrdiff_t at = i + p * width<T>;
                const vec<T> wi = load(w + at);
                if constexpr (Change) {
                    const vec<T> ui = load(u + at), xi = load(x + at);
                    MLMATH_UNROLL for (int c = 0; c < C; ++c) {
                        T* const element = a + (first + c) * ld + at;
                        const vec<T> e = fnma(xi, vc[c], fnma(ui, yc[c], load(element)));
                        store(element, e);
                        sum[c][p] = fma(e, wi, sum[c][p]);
                    }
                } else {
                    MLMATH_UNROLL for (int c = 0; c < C; ++c) sum[c][p] = fma(load(a + (first + c) * ld + at), wi, sum[c][p]);
                }
            }
        }
        MLMATH_UNROLL for (int c = 0; c < C; ++c) MLMATH_UNROLL for (int p = 0; p < P; ++p) all[first + c][p] = sum[c][p];
    }
    totals<T>(all, to);
}
// z_i += sum_c a_ic r_c for 8 columns, in two parts.
template <class T>
MLMATH_INLINE void add_columns(const T* a, std::ptrdiff_t ld, const T* r, std::ptrdiff_t rows, T* z) {
    vec<T> rc[8];
    MLMATH_UNROLL for (int c = 0; c < 8; ++c) rc[c] = broadcast(r[c]);
    for (std::ptrdiff_t i = 0; i < rows; i += width<T>) {
        vec<T> even = load(z + i), odd = rc[1] * load(a + ld + i);
        MLMATH_UNROLL for (int c = 0; c < 8; c += 2) even = fma(rc[c], load(a + c * ld + i), even);
        MLMATH_UNROLL for (int c = 3; c < 8; c += 2) odd = fma(rc[c], load(a + c * ld + i), odd);
        store(z + i, even + odd);
    }
}

}  // namespace
}  // namespace mlmath::MLMATH_LEVEL
