// SPDX-License-Identifier: BSD-3-Clause
// gram, the ladder: one idea per rung.
#include "kernels/blas/gram/gram_ladder.hpp"

#include <algorithm>

#include "core/thread_pool.hpp"
#include "kernels/blas/gram/gram.hpp"

namespace mlmath::ladder {
namespace {

template <class T>
T product_of_columns(MatrixView<const T> x, std::ptrdiff_t i, std::ptrdiff_t j) {
    T sum = 0;
    for (std::ptrdiff_t p = 0; p < x.rows; ++p)
        sum += x.data[p * x.row_stride + i * x.column_stride] * x.data[p * x.row_stride + j * x.column_stride];
    return sum;
}

template <class T>
void mirror(T* c, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < i; ++j) c[i * n + j] = c[j * n + i];
}

// C's upper half += the products of Steps rows of X, in order.
template <int Steps, class T>
void add_rows(MatrixView<const T> x, std::ptrdiff_t p, T* c) {
    const std::ptrdiff_t n = x.columns, step = x.column_stride;
    const T* row[Steps];
    for (int s = 0; s < Steps; ++s) row[s] = x.data + (p + s) * x.row_stride;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        T element[Steps];
        for (int s = 0; s < Steps; ++s) element[s] = row[s][i * step];
        T* const sums = c + i * n;
        for (std::ptrdiff_t j = i; j < n; ++j) {
            T sum = sums[j];
            for (int s = 0; s < Steps; ++s) sum += element[s] * row[s][j * step];
            sums[j] = sum;
        }
    }
}

// body(p) for rows p, p + Steps, ... as long as there are Steps of them; looks up for Ctrl-C. Returns the first row left over.
template <class Body>
std::ptrdiff_t each_rows(std::ptrdiff_t rows, std::ptrdiff_t steps, Body&& body) {
    std::ptrdiff_t p = 0;
    parallel(1, [&](Team& team) {
        for (; p + steps <= rows; p += steps) {
            if (team.poll()) return;
            body(p);
        }
    });
    return p;
}

}  // namespace

// A column of X is a cache line per element, and the columns of a large X are read from memory once for every column.
template <class T>
void gram_textbook(MatrixView<const T> x, T* c, int) {
    const std::ptrdiff_t n = x.columns;
    each_rows(n * n, 1, [&](std::ptrdiff_t e) { c[e] = product_of_columns(x, e / n, e % n); });
}

template <class T>
void gram_half(MatrixView<const T> x, T* c, int) {
    const std::ptrdiff_t n = x.columns;
    each_rows(n * n, 1, [&](std::ptrdiff_t e) {
        if (e % n >= e / n) c[e] = product_of_columns(x, e / n, e % n);
    });
    mirror(c, n);
}

// The sum of outer products of rows: the loops exchanged. The inner one runs along a row of X and a row of C, and a compiler turns
// it into vectors; X is read once. Every element of C's half is loaded and stored for every row.
template <class T>
void gram_rows(MatrixView<const T> x, T* c, int) {
    std::fill(c, c + x.columns * x.columns, T(0));
    each_rows(x.rows, 1, [&](std::ptrdiff_t p) { add_rows<1>(x, p, c); });
    mirror(c, x.columns);
}

template <class T>
void gram_four_rows(MatrixView<const T> x, T* c, int) {
    std::fill(c, c + x.columns * x.columns, T(0));
    const std::ptrdiff_t left = each_rows(x.rows, 4, [&](std::ptrdiff_t p) { add_rows<4>(x, p, c); });
    for (std::ptrdiff_t p = left; p < x.rows; ++p) add_rows<1>(x, p, c);
    mirror(c, x.columns);
}

// 96 rows are packed into panels, from which the same numbers serve as rows and as columns of the tiles; sums stay in registers for
// 96 products. A strip of C begins at the diagonal.
template <class T>
void gram_tiles(MatrixView<const T> x, T* c, int) {
    gram<T>(x, nullptr, {nullptr, x.rows, 0, 0, 1}, c, nullptr, 1);
}

#define MLMATH_GRAM_RUNG(rung)                                  \
    template void rung(MatrixView<const double>, double*, int); \
    template void rung(MatrixView<const float>, float*, int)
MLMATH_GRAM_RUNG(gram_textbook);
MLMATH_GRAM_RUNG(gram_half);
MLMATH_GRAM_RUNG(gram_rows);
MLMATH_GRAM_RUNG(gram_four_rows);
MLMATH_GRAM_RUNG(gram_tiles);
#undef MLMATH_GRAM_RUNG

}  // namespace mlmath::ladder
