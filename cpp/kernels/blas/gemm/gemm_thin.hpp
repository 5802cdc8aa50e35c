// SPDX-License-Identifier: BSD-3-Clause
// gemm of few rows: each element of B serves so few products that it is read where it lies, once. Included by the per-level units.
#pragma once
#include "kernels/blas/gemm/gemm_blocking.hpp"
#include "simd/vec.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace thin_detail {

// Columns of B that are read side by side. Constraint: a square of W x W passes registers in log2(W) rounds of W shuffles, then
//   serves W multiply-adds per row of A, in one chain each of 4 cycles a link. Decision: two squares, whose chains overlap, for
//   one or two rows; more rows are chains enough by themselves. One for short columns (see there).
template <int Rows>
constexpr int squares = Rows <= 2 ? 2 : 1;

// Columns [j, j + Groups x width) where they lie ready; the last group may lack columns: the last one again.
// Short: columns of one chunk, W of which are one stretch of memory, more or less. Constraint: read by squares, in steps of a
//   column, no prefetcher follows it (10 GB/s where 27 can be had), and it does not run ahead of scattered requests either.
//   Decision: the stretch of the next group is asked for, line by line in the order of addresses, between the squares of this one.
template <int Rows, int Groups, bool Short, class T>
MLMATH_INLINE void columns_ready(const GemmThin<T>& g, const T* a, T* c, std::ptrdiff_t j) {
    constexpr int W = width<T>;
    const std::ptrdiff_t columns = g.n - j < Groups * W ? g.n - j : Groups * W, last = columns - (Groups - 1) * W;
    const T* const next = g.b + (j + Groups * W) * g.b_column;
    const T* column[Groups][W];
    c += j * g.c_column;
    vec<T> result[Rows][Groups], sum[Rows][Groups];
    MLMATH_UNROLL for (int q = 0; q < Groups; ++q) {
        MLMATH_UNROLL for (int l = 0; l < W; ++l) column[q][l] =
            g.b + (j + (q * W + l < columns ? q * W + l : columns - 1)) * g.b_column;
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
            const T* old = c + r * g.c_row + q * W * g.c_column;
            result[r][q] = g.beta == T(0) ? vec<T>{} : broadcast(g.beta) * load_strided(old, g.c_column, q + 1 < Groups ? W : last);
        }
    }
    for (std::ptrdiff_t from = 0; from < g.k; from += gemm_k_chunk<T>) {
        const std::ptrdiff_t to = g.k - from < gemm_k_chunk<T> ? g.k : from + gemm_k_chunk<T>;
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) { MLMATH_UNROLL for (int q = 0; q < Groups; ++q) sum[r][q] = vec<T>{}; }
        std::ptrdiff_t p = from;
        for (; p + W <= to; p += W) {
            const T* x = a + p * g.a_column;
            MLMATH_UNROLL for (int q = 0; q < Groups; ++q) {
                vec<T> line[W];
                MLMATH_UNROLL for (int l = 0; l < W; ++l) {
                    line[l] = load(column[q][l] + p);
                    if constexpr (Short) prefetch(next + (p * Groups + q * W + l) * W);
                }
                transpose<T>(line);
                MLMATH_UNROLL for (int l = 0; l < W; ++l) {
                    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) sum[r][q] =
                        fma(broadcast(x[r * g.a_row + l * g.a_column]), line[l], sum[r][q]);
                }
            }
        }
        if (const std::ptrdiff_t rest = to - p; rest > 0) {
            const T* x = a + p * g.a_column;
            MLMATH_UNROLL for (int q = 0; q < Groups; ++q) {
                vec<T> line[W];
                MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = load_first(column[q][l] + p, rest);
                if constexpr (Short)
                    for (std::ptrdiff_t l = 0; l < rest; ++l) prefetch(next + (p * Groups + q * rest + l) * W);
                transpose<T>(line);
                MLMATH_UNROLL for (int l = 0; l < W - 1; ++l) {
                    if (l < rest) {
                        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) sum[r][q] =
                            fma(broadcast(x[r * g.a_row + l * g.a_column]), line[l], sum[r][q]);
                    }
                }
            }
        }
        const vec<T> alpha = broadcast(g.alpha);
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
            MLMATH_UNROLL for (int q = 0; q < Groups; ++q) result[r][q] =
                from == 0 && g.beta == T(0) ? alpha * sum[r][q] : fma(alpha, sum[r][q], result[r][q]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
        MLMATH_UNROLL for (int q = 0; q < Groups; ++q) {
            T* const to = c + r * g.c_row + q * W * g.c_column;
            const std::ptrdiff_t count = q + 1 < Groups ? W : last;
            if (g.c_column == 1)
                store_first(to, result[r][q], count);
            else
                store_strided(to, g.c_column, result[r][q], count);
        }
    }
}

template <int Rows, class T>
void all_columns(const GemmThin<T>& g, const T* a, T* c) {
    constexpr int W = width<T>, step = squares<Rows> * W;
    std::ptrdiff_t j = 0;
    if (g.k <= gemm_k_chunk<T>) {
        for (; j < g.n; j += W) columns_ready<Rows, 1, true>(g, a, c, j);
        return;
    }
    for (; j + step - W < g.n; j += step) columns_ready<Rows, squares<Rows>, false>(g, a, c, j);
    if (j < g.n) columns_ready<Rows, 1, false>(g, a, c, j);
}

// c += Steps rows of B from row p on, each times an element of every row of A.
template <int Rows, int Steps, class T>
MLMATH_INLINE void rows_ready(const GemmThin<T>& g, const T* a, T* c, std::ptrdiff_t p) {
    constexpr int W = width<T>;
    T x[Rows][Steps];
    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
        MLMATH_UNROLL for (int s = 0; s < Steps; ++s) x[r][s] = a[r * g.a_row + (p + s) * g.a_column];
    }
    const T* b = g.b + p * g.b_row;
    const auto add = [&](const vec<T>(&row)[Steps], T* sums) __attribute__((always_inline)) {
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
            vec<T> sum = load(sums + r * g.c_row);
            MLMATH_UNROLL for (int s = 0; s < Steps; ++s) sum = fma(broadcast(x[r][s]), row[s], sum);
            store(sums + r * g.c_row, sum);
        }
    };
    vec<T> row[Steps];
    std::ptrdiff_t j = 0;
    for (; j + W <= g.n; j += W) {
        MLMATH_UNROLL for (int s = 0; s < Steps; ++s) row[s] = load(b + s * g.b_row + j);
        add(row, c + j);
    }
    if (j < g.n) {  // lanes beyond the last column repeat the register's first: they raise no flag of their own
        MLMATH_UNROLL for (int s = 0; s < Steps; ++s) {
            const T* from = b + s * g.b_row + j;
            row[s] = load_first_or(from, g.n - j, broadcast(from[0]));
        }
        add(row, c + j);
    }
}

// Rows of B taken at once: a sum is loaded and stored once for as many multiply-adds; eight long runs are what a prefetcher
// follows.
constexpr int steps = 8;

template <int Rows, class T>
void all_rows(const GemmThin<T>& g, const T* a, T* c, std::ptrdiff_t p) {
    if (p + steps <= g.k)
        rows_ready<Rows, steps>(g, a, c, p);
    else
        for (; p < g.k; ++p) rows_ready<Rows, 1>(g, a, c, p);
}

// body(a, c, number of rows) for groups of at most four rows.
template <class T, class Body>
MLMATH_INLINE void four_rows(const GemmThin<T>& g, Body&& body) {
    for (std::ptrdiff_t i = 0; i < g.m; i += 4)
        body(g.a + i * g.a_row, g.c + i * g.c_row, g.m - i < 4 ? g.m - i : std::ptrdiff_t{4});
}

}  // namespace thin_detail

// B's columns lie ready: squares are transposed on the way to the multiplication.
template <class T>
void thin_columns(const GemmThin<T>& g) {
    using namespace thin_detail;
    four_rows(g, [&](const T* a, T* c, std::ptrdiff_t rows) {
        if (rows == 1)
            all_columns<1>(g, a, c);
        else if (rows == 2)
            all_columns<2>(g, a, c);
        else if (rows == 3)
            all_columns<3>(g, a, c);
        else
            all_columns<4>(g, a, c);
    });
}

// B's rows lie ready: the sums of one chunk of k, C's rows being whole registers in a cache; alpha and beta are left out.
template <class T>
void thin_rows(const GemmThin<T>& g) {
    using namespace thin_detail;
    for (std::ptrdiff_t i = 0; i < g.m; ++i)
        for (std::ptrdiff_t j = 0; j < g.n; j += width<T>) store(g.c + i * g.c_row + j, vec<T>{});
    for (std::ptrdiff_t p = 0; p < g.k; p += steps)
        four_rows(g, [&](const T* a, T* c, std::ptrdiff_t rows) {
            if (rows == 1)
                all_rows<1>(g, a, c, p);
            else if (rows == 2)
                all_rows<2>(g, a, c, p);
            else if (rows == 3)
                all_rows<3>(g, a, c, p);
            else
                all_rows<4>(g, a, c, p);
        });
}

// C = alpha (sums of the first chunk) + beta C, then + alpha (those of the next), and so on.
template <class T>
void thin_total(const GemmThinSums<T>& g) {
    constexpr int W = width<T>;
    const vec<T> alpha = broadcast(g.alpha), beta = broadcast(g.beta);
    for (std::ptrdiff_t i = 0; i < g.m; ++i)
        for (std::ptrdiff_t j = 0; j < g.n; j += W) {
            const std::ptrdiff_t count = g.n - j < W ? g.n - j : W;
            const T* from = g.sums + i * g.sums_row + j;
            T* to = g.c + i * g.c_row + j * g.c_column;
            const auto sums = [&](std::ptrdiff_t q) {  // lanes without a column repeat the first: they raise no flag of their own
                const T* chunk = from + q * g.sums_chunk;
                return load_first_or(chunk, count, broadcast(chunk[0]));
            };
            vec<T> total = alpha * sums(0);
            if (g.beta != T(0)) {
                vec<T> old = broadcast(to[0]);
                for (std::ptrdiff_t l = 0; l < count; ++l) old[l] = to[l * g.c_column];
                total = fma(alpha, sums(0), beta * old);
            }
            for (std::ptrdiff_t q = 1; q < g.chunks; ++q) total = fma(alpha, sums(q), total);
            if (g.c_column == 1)
                store_first(to, total, count);
            else
                store_strided(to, g.c_column, total, count);
        }
}

}  // namespace mlmath::MLMATH_LEVEL
