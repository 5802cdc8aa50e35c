// SPDX-License-Identifier: BSD-3-Clause
// Rows of at most 32 elements, one row per lane of a register: what folding 32 lanes costs once per row, it costs here once per
// register of rows. For kernel units.
//
// Constraint: with one element per lane, a chunk's order is the fold's tree alone. Arithmetic: 8 rows of 20 doubles take 3 squares
// of 24 shuffles and 19 additions, 11 instructions a row; folding lanes takes 30 and waits for each. Decision: transposed
// registers, the same tree.
#pragma once
#include "kernels/reduce/reduction_lanes.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

// element[e] of the rows x, x + row_stride, ...: one row per lane.
struct ShortRows {
    static constexpr int rows = width<double>;
    vec_f64 element[lanes];

    template <class T>
    MLMATH_INLINE void load_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t n) {
        for (std::ptrdiff_t first = 0; first < n; first += rows) {
            vec_f64 square[rows];
            const std::ptrdiff_t some = n - first;
            if (some >= rows) {
                MLMATH_UNROLL for (int r = 0; r < rows; ++r) square[r] = load_as_f64(x + r * row_stride + first);
            } else {
                MLMATH_UNROLL for (int r = 0; r < rows; ++r) square[r] = load_first_as_f64(x + r * row_stride + first, some);
            }
            transpose<double>(square);
            MLMATH_UNROLL for (int e = 0; e < rows; ++e) element[first + e] = square[e];
        }
    }
    // The sum of term(e), e < n, in the tree of fold_lanes: e + (e + 16), then e + (e + 8), ...
    template <class Term>
    MLMATH_INLINE vec_f64 fold(std::ptrdiff_t n, Term&& term) const {
        vec_f64 sum[lanes];
        sum[0] = broadcast(-0.0);  // of no element
        std::ptrdiff_t filled = n;
        if (n > lanes / 2) {
            for (std::ptrdiff_t e = 0; e < lanes / 2; ++e)
                sum[e] = e + lanes / 2 < n ? term(element[e]) + term(element[e + lanes / 2]) : term(element[e]);
            filled = lanes / 2;
        } else {
            for (std::ptrdiff_t e = 0; e < n; ++e) sum[e] = term(element[e]);
        }
        for (std::ptrdiff_t half = lanes / 4; half >= 1; half /= 2) {
            for (std::ptrdiff_t e = 0; e + half < filled; ++e) sum[e] += sum[e + half];
            if (filled > half) filled = half;
        }
        return sum[0];
    }
};

}  // namespace mlmath::MLMATH_LEVEL
