// SPDX-License-Identifier: BSD-3-Clause
// cholesky: a block in the first-level cache, and a group of small matrices side by side. Compiled once per level.
//
// Both subtract the terms of an element in increasing p, from its own value on, and multiply by the rounded reciprocal of the
// pivot: the same bits. (A division for each element would cost more than the rest of a small matrix; the reciprocal of a root
// neither over- nor underflows.)
#include "kernels/factor/cholesky/cholesky_kernels.hpp"
#include "kernels/factor/lanes_simd.hpp"
#include "simd/block_transpose.hpp"
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
constexpr T infinity = static_cast<T>(__builtin_inf());

// info of a pivot, of which the root is to be taken; 0 when there is one.
template <class T>
MLMATH_INLINE int failure(T pivot, std::ptrdiff_t minor) {
    return pivot > 0 && pivot < infinity<T> ? 0 : pivot <= 0 ? static_cast<int>(minor) : -1;
}

// ---- one block -----------------------------------------------------------------------------------------------------------------
// U^T U = A in a dense scratch block: rows of U are whole registers, and a finished row is read as it lies when it is subtracted
// from those below, once across (its multiples of the later rows) and once down (a broadcast element for each of them).

constexpr int group_rows = 4;
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int strip_vectors = 4;  // 4 x 4 sums, 4 loads, 4 broadcast operands of 32 registers
#else
constexpr int strip_vectors = 2;  // 4 x 2 sums of 16 registers
#endif

// Rows i .. i+R of U, columns [j, j + Vectors registers): the finished rows above subtracted.
template <int R, int Vectors, class T>
MLMATH_INLINE void subtract_finished(T* u, std::ptrdiff_t stride, std::ptrdiff_t i, std::ptrdiff_t j) {
    vec<T> sum[R][Vectors];
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = load(u + (i + r) * stride + j + v * width<T>);
    }
    const T *row = u + j, *across = u + i;
    for (std::ptrdiff_t q = 0; q < i; ++q, row += stride, across += stride) {
        vec<T> finished[Vectors];
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) finished[v] = load(row + v * width<T>);
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec<T> factor = broadcast(across[r]);
            MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fnma(factor, finished[v], sum[r][v]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) store(u + (i + r) * stride + j + v * width<T>, sum[r][v]);
    }
}

// The R x R corner at (i, i) factored; reciprocals of its diagonal. info as the contract has it.
template <int R, class T>
MLMATH_INLINE int factor_corner(T* u, std::ptrdiff_t stride, std::ptrdiff_t i, T (&corner)[R][R], T (&reciprocal)[R]) {
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        MLMATH_UNROLL for (int c = r; c < R; ++c) corner[r][c] = u[(i + r) * stride + i + c];
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        MLMATH_UNROLL for (int q = 0; q < r; ++q) {
            MLMATH_UNROLL for (int c = r; c < R; ++c) corner[r][c] = fnma(corner[q][r], corner[q][c], corner[r][c]);
        }
        if (const int info = failure(corner[r][r], i + r + 1); info != 0) return info;
        corner[r][r] = root(corner[r][r]);
        reciprocal[r] = 1 / corner[r][r];
        MLMATH_UNROLL for (int c = r + 1; c < R; ++c) corner[r][c] *= reciprocal[r];
    }
    return 0;
}

template <int R, class T>
int factor_rows(T* u, std::ptrdiff_t stride, std::ptrdiff_t i) {
    constexpr int W = width<T>;
    const std::ptrdiff_t start = i / W * W;
    std::ptrdiff_t j = start;
    // The registers with the corner first: its chain of roots and divisions runs while the other columns are subtracted from.
    constexpr int corner_vectors = W >= group_rows ? 1 : group_rows / W;
    subtract_finished<R, corner_vectors>(u, stride, i, j);
    j += corner_vectors * W;
    T corner[R][R], reciprocal[R];
    if (const int info = factor_corner<R>(u, stride, i, corner, reciprocal); info != 0) return info;
    for (; j + strip_vectors * W <= stride; j += strip_vectors * W) subtract_finished<R, strip_vectors>(u, stride, i, j);
    for (; j < stride; j += W) subtract_finished<R, 1>(u, stride, i, j);
    for (j = start; j < stride; j += W) {
        vec<T> row[R];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            row[r] = load(u + (i + r) * stride + j);
            MLMATH_UNROLL for (int q = 0; q < r; ++q) row[r] = fnma(broadcast(corner[q][r]), row[q], row[r]);
            row[r] = row[r] * broadcast(reciprocal[r]);
            store(u + (i + r) * stride + j, row[r]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        for (j = start; j < i + r; ++j) u[(i + r) * stride + j] = 0;
        MLMATH_UNROLL for (int c = r; c < R; ++c) u[(i + r) * stride + i + c] = corner[r][c];
    }
    return 0;
}

template <class T>
int factor(std::ptrdiff_t n, T* u, std::ptrdiff_t stride) {
    std::ptrdiff_t i = 0;
    for (; i + group_rows <= n; i += group_rows)
        if (const int info = factor_rows<group_rows>(u, stride, i); info != 0) return info;
    switch (n - i) {
        case 3:
            return factor_rows<3>(u, stride, i);
        case 2:
            return factor_rows<2>(u, stride, i);
        case 1:
            return factor_rows<1>(u, stride, i);
        default:
            return 0;
    }
}

template <class T>
int block(std::ptrdiff_t n, const T* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* l, std::ptrdiff_t l_row,
          std::ptrdiff_t l_column) {
    constexpr int W = width<T>;
    alignas(64) T u[cholesky_block * cholesky_block];
    constexpr int whole = W > group_rows ? W : group_rows;
    const std::ptrdiff_t stride = (n + whole - 1) / whole * whole;
    // U's upper triangle is A's lower one. Beside it in the registers of the diagonal, and behind the last column, stand zeros:
    // they are computed with and thrown away.
    for (std::ptrdiff_t i = 0; i < n; i += W) {
        const std::ptrdiff_t rows = n - i < W ? n - i : W;
        if (a_column == 1 && n > 4) {
            for (std::ptrdiff_t j = 0; j < i; j += W)
                transpose_square(a + i * a_row + j, a_row, rows, W, u + j * stride + i, stride);
            transpose_square(a + i * a_row + i, a_row, rows, rows, u + i * stride + i, stride);
            MLMATH_UNROLL for (int r = 1; r < W; ++r) {
                if (r < rows) store_first(u + (i + r) * stride + i, vec<T>{}, r);
            }
        } else {
            for (std::ptrdiff_t p = 0; p < i + rows; ++p)
                for (std::ptrdiff_t c = i; c < i + rows; ++c) u[p * stride + c] = c < p ? T(0) : a[c * a_row + p * a_column];
        }
    }
    for (std::ptrdiff_t p = 0; p < n; ++p) {
        for (std::ptrdiff_t c = p / group_rows * group_rows; c < p / W * W; ++c) u[p * stride + c] = 0;
        for (std::ptrdiff_t c = n; c < stride; ++c) u[p * stride + c] = 0;
    }
    const int info = factor(n, u, stride);
    if (info != 0) {
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) l[i * l_row + j * l_column] = static_cast<T>(__builtin_nan(""));
        return info;
    }
    if (l_column == 1 && n > 4) {
        for (std::ptrdiff_t i = 0; i < n; i += W) {
            const std::ptrdiff_t rows = n - i < W ? n - i : W;
            for (std::ptrdiff_t j = 0; j <= i; j += W)
                transpose_square(u + j * stride + i, stride, j < i ? W : rows, rows, l + i * l_row + j, l_row);
            for (std::ptrdiff_t r = 0; r < rows; ++r)
                for (std::ptrdiff_t j = i + rows; j < n; j += W)
                    store_first(l + (i + r) * l_row + j, vec<T>{}, n - j < W ? n - j : W);
        }
    } else {
        for (std::ptrdiff_t p = 0; p < n; ++p)
            for (std::ptrdiff_t i = 0; i < n; ++i) l[i * l_row + p * l_column] = i < p ? T(0) : u[p * stride + i];
    }
    return 0;
}

// ---- a group, a lane each ------------------------------------------------------------------------------------------------------
// Row by row in the tile. B x B sums at a time: each operand loaded is used B times.

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int square = 4;
#else
constexpr int square = 2;
#endif

template <class T>
struct Group {
    using Info = typename Lane<T>::sint;
    T* tile;
    std::ptrdiff_t n;
    T* reciprocal;  // of the pivots, a register each
    vec<Info> info;

    MLMATH_INLINE T* at(std::ptrdiff_t i, std::ptrdiff_t j) const { return tile + (i * n + j) * width<T>; }

    // sum[r][c] -= sum_{p<count} l_{i+r,p} l_{j+c,p}
    template <int R, int C, bool Corner>
    MLMATH_INLINE void subtract(vec<T> (&sum)[R][C], std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t count) const {
        const T *down = at(i, 0), *across = at(j, 0);
        const std::ptrdiff_t step = n * width<T>;
        for (std::ptrdiff_t p = 0; p < count; ++p, down += width<T>, across += width<T>) {
            vec<T> other[C];
            MLMATH_UNROLL for (int c = 0; c < C; ++c) other[c] = load(across + c * step);
            MLMATH_UNROLL for (int r = 0; r < R; ++r) {
                const vec<T> mine = load(down + r * step);
                MLMATH_UNROLL for (int c = 0; c < C; ++c) {
                    if (!Corner || c <= r) sum[r][c] = fnma(mine, other[c], sum[r][c]);
                }
            }
        }
    }

    template <int R>
    MLMATH_INLINE void rows(std::ptrdiff_t i) {
        for (std::ptrdiff_t j = 0; j < i; j += square) {
            vec<T> sum[R][square];
            MLMATH_UNROLL for (int r = 0; r < R; ++r) {
                MLMATH_UNROLL for (int c = 0; c < square; ++c) sum[r][c] = load(at(i + r, j + c));
            }
            subtract<R, square, false>(sum, i, j, j);
            MLMATH_UNROLL for (int c = 0; c < square; ++c) {
                MLMATH_UNROLL for (int q = 0; q < c; ++q) {
                    const vec<T> factor = load(at(j + c, j + q));
                    MLMATH_UNROLL for (int r = 0; r < R; ++r) sum[r][c] = fnma(sum[r][q], factor, sum[r][c]);
                }
                const vec<T> scale = load(reciprocal + (j + c) * width<T>);
                MLMATH_UNROLL for (int r = 0; r < R; ++r) {
                    sum[r][c] = sum[r][c] * scale;
                    store(at(i + r, j + c), sum[r][c]);
                }
            }
        }
        vec<T> sum[R][R];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) { MLMATH_UNROLL for (int c = 0; c <= r; ++c) sum[r][c] = load(at(i + r, i + c)); }
        subtract<R, R, true>(sum, i, i, i);
        MLMATH_UNROLL for (int c = 0; c < R; ++c) {
            MLMATH_UNROLL for (int q = 0; q < c; ++q) {
                MLMATH_UNROLL for (int r = c; r < R; ++r) sum[r][c] = fnma(sum[r][q], sum[c][q], sum[r][c]);
            }
            const vec<T> pivot = sum[c][c];
            const mask<T> good = (pivot > vec<T>{}) & (pivot < broadcast(infinity<T>));
            if (any(~good)) note(pivot, good, i + c + 1);
            const vec<T> diagonal = square_root(pivot), scale = broadcast(T(1)) / diagonal;
            store(at(i + c, i + c), diagonal);
            store(reciprocal + (i + c) * width<T>, scale);
            MLMATH_UNROLL for (int r = c + 1; r < R; ++r) {
                sum[r][c] = sum[r][c] * scale;
                store(at(i + r, i + c), sum[r][c]);
            }
        }
    }

    void note(vec<T> pivot, mask<T> good, std::ptrdiff_t minor) {
        for (int l = 0; l < width<T>; ++l)
            if (!good[l] && info[l] == 0) info[l] = failure<T>(pivot[l], minor);
    }
};

template <class T>
void group(std::ptrdiff_t n, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* const* l, std::ptrdiff_t l_row,
           std::ptrdiff_t l_column, T* tile, int* info) {
    constexpr int W = width<T>;
    pack_group<T>(a, n, n, a_row, a_column, tile, n);
    Group<T> g{tile, n, tile + n * n * W, {}};
    std::ptrdiff_t i = 0;
    for (; i + square <= n; i += square) g.template rows<square>(i);
    const std::ptrdiff_t rest = n - i;
    if (square > 2 && rest == 3) g.template rows<3>(i);
    if (square > 2 && rest == 2) g.template rows<2>(i);
    if (rest == 1) g.template rows<1>(i);
    for (i = 0; i < n; ++i)
        for (std::ptrdiff_t j = i + 1; j < n; ++j) store(g.at(i, j), vec<T>{});
    if (any(g.info != vec<typename Lane<T>::sint>{}))
        for (i = 0; i < n * n; ++i)
            for (int lane = 0; lane < W; ++lane)
                if (g.info[lane] != 0) tile[i * W + lane] = static_cast<T>(__builtin_nan(""));
    unpack_group<T>(tile, n, n, n, l_row, l_column, l);
    for (int lane = 0; lane < W; ++lane) info[lane] = static_cast<int>(g.info[lane]);
}

}  // namespace

extern const CholeskyKernels cholesky_kernels;
const CholeskyKernels cholesky_kernels = {{block<double>, group<double>, width<double>},
                                          {block<float>, group<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
