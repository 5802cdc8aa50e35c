// SPDX-License-Identifier: BSD-3-Clause
// Blocks of a triangular matrix: strips of columns, a few rows at a time in registers. Included by the per-level units.
#pragma once
#include "kernels/blas/triangular.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// Constraint: rows x vectors sums, one row of X and one broadcast element of L must fit the registers (without FMA one more), and
//   at least 8 sums must be on their way. Decision: 4 x 3 with 32 registers, 4 x 2 with 16.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int strip_rows = 4, strip_vectors = 3;
#else
constexpr int strip_rows = 4, strip_vectors = 2;
#endif

// A strip of X, Vectors registers wide; of the last one only `tail` columns exist (Tail). Its other lanes repeat the strip's first
// column: they raise no flag that it does not raise.
template <class T, int Vectors, bool Tail>
struct Strip {
    T* x;
    std::ptrdiff_t row, tail;
    MLMATH_INLINE void load_row(std::ptrdiff_t i, vec<T> (&v)[Vectors]) const {
        const T* from = x + i * row;
        MLMATH_UNROLL for (int q = 0; q < Vectors; ++q) {
            if (Tail && q == Vectors - 1)
                v[q] = load_first_or(from + q * width<T>, tail, broadcast(from[0]));
            else
                v[q] = load(from + q * width<T>);
        }
    }
    MLMATH_INLINE void store_row(std::ptrdiff_t i, const vec<T> (&v)[Vectors]) const {
        T* to = x + i * row;
        MLMATH_UNROLL for (int q = 0; q < Vectors; ++q) {
            if (Tail && q == Vectors - 1)
                store_first(to + q * width<T>, v[q], tail);
            else
                store(to + q * width<T>, v[q]);
        }
    }
};

// Rows::run<R>(block, strip, i) for groups of at most strip_rows rows: from the top, or from the bottom.
template <class Rows, class T, class S>
MLMATH_INLINE void rows_of_strip(const TriangularBlock<T>& b, const S& strip, std::ptrdiff_t i) {
    const std::ptrdiff_t rows = b.n - i < strip_rows ? b.n - i : strip_rows;
    if (rows == 4)
        Rows::template run<4>(b, strip, i);
    else if (rows == 3)
        Rows::template run<3>(b, strip, i);
    else if (rows == 2)
        Rows::template run<2>(b, strip, i);
    else
        Rows::template run<1>(b, strip, i);
}
template <class Rows, int Vectors, bool Tail, class T>
void one_strip(const TriangularBlock<T>& b, std::ptrdiff_t j, std::ptrdiff_t tail) {
    const Strip<T, Vectors, Tail> strip{b.x + j, b.x_row, tail};
    if (Rows::downward)
        for (std::ptrdiff_t i = 0; i < b.n; i += strip_rows) rows_of_strip<Rows>(b, strip, i);
    else
        for (std::ptrdiff_t i = (b.n - 1) / strip_rows * strip_rows; i >= 0; i -= strip_rows) rows_of_strip<Rows>(b, strip, i);
}
template <class Rows, class T>
void all_strips(const TriangularBlock<T>& b) {
    constexpr int W = width<T>, wide = strip_vectors * W;
    std::ptrdiff_t j = 0;
    for (; j + wide <= b.m; j += wide) one_strip<Rows, strip_vectors, false>(b, j, W);
    for (; j + W <= b.m; j += W) one_strip<Rows, 1, false>(b, j, W);
    if (j < b.m) one_strip<Rows, 1, true>(b, j, b.m - j);
}

}  // namespace mlmath::MLMATH_LEVEL
