// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: a step of a panel, whose changes of the matrix are deferred, and what the whole panel does to the matrix behind
// it. Part of the unit.
#pragma once
#include "kernels/eigen/bidiagonalize/bidiagonalize_sums_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// What is deferred, for Q rows of lanes of columns from c on: y, r and the products with r.
template <int Q, class T>
MLMATH_INLINE void reduce_columns(const BidiagonalStep<T>& s, std::ptrdiff_t c, T* h, vec<T>* squares) {
    constexpr int W = width<T>, P = parts_of<T>, G = Q * P;
    T* const y = s.right + s.count * s.right_ld + c;
    vec<T> yc[G], rc[G];
    MLMATH_UNROLL for (int g = 0; g < G; ++g) yc[g] = load(y + g * W), rc[g] = load(s.r + c + g * W);
    const T* right = s.right + c;
    for (std::ptrdiff_t j = 0; j < s.count; ++j, right += s.right_ld) {
        const vec<T> product = broadcast(s.products[j]), row = broadcast(s.row[j]);
        MLMATH_UNROLL for (int g = 0; g < G; ++g) {
            const vec<T> e = load(right + g * W);
            yc[g] = fnma(e, product, yc[g]);
            rc[g] = fnma(e, row, rc[g]);
        }
    }
    const vec<T> tau = broadcast(s.tau);
    MLMATH_UNROLL for (int g = 0; g < G; ++g) {
        const std::ptrdiff_t done = s.k + 1 - c - g * W;
        yc[g] = select<T>(lanes_below<T>(done), vec<T>{}, yc[g] * tau);
        rc[g] = select<T>(lanes_below<T>(done), vec<T>{}, rc[g] - yc[g]);
        store(y + g * W, yc[g]);
        store(s.r + c + g * W, rc[g]);
        const vec<T> tail = select<T>(lanes_below<T>(done + 1), vec<T>{}, rc[g]);
        squares[g % P] = fma(tail, tail, squares[g % P]);
    }
    right = s.right + c;
    for (std::ptrdiff_t j = 0; j <= s.count; ++j, right += s.right_ld) {
        MLMATH_UNROLL for (int p = 0; p < P; ++p) {
            vec<T> hj = load(h + j * lanes<T> + p * W);
            MLMATH_UNROLL for (int g = p; g < G; g += P) hj = fma(load(right + g * W), rc[g], hj);
            store(h + j * lanes<T> + p * W, hj);
        }
    }
}

template <class T>
MLMATH_INLINE void load_lanes(const T* from, vec<T>* to) {
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) to[p] = load(from + p * width<T>);
}
template <class T>
MLMATH_INLINE void store_lanes(T* to, const vec<T>* from) {
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) store(to + p * width<T>, from[p]);
}

template <class T>
void columns(const BidiagonalStep<T>& s, std::ptrdiff_t from, std::ptrdiff_t to, T* z, T* h, T* squares) {
    constexpr int L = lanes<T>, W = width<T>, P = parts_of<T>, at_once = P < 4 ? 4 / P : 1;
    const std::ptrdiff_t top = s.k / L * L, first = from > s.k ? from : (s.k + 1) / L * L;
    T* const y = s.right + s.count * s.right_ld;
    for (std::ptrdiff_t c = first; c < to; c += L) {
        vec<T> sums[P];
        column_sums<false, T>(s.a + c * s.ld + top, s.ld, nullptr, nullptr, nullptr, nullptr, s.u + top, s.m - top, sums);
        MLMATH_UNROLL for (int p = 0; p < P; ++p) {
            store(y + c + p * W, sums[p]);
            store(s.r + c + p * W, load_strided(s.a + (c + p * W) * s.ld + s.k, s.ld));
        }
    }
    vec<T> sum[P];
    load_lanes(squares, sum);
    std::ptrdiff_t c = first;
    for (; c + at_once * L <= to; c += at_once * L) reduce_columns<at_once>(s, c, h, sum);
    for (; c < to; c += L) reduce_columns<1>(s, c, h, sum);
    store_lanes(squares, sum);
    for (c = first; c < to; c += 8) add_columns<T>(s.a + c * s.ld + top, s.ld, s.r + c, s.m - top, z + top);
}

// What is deferred, for Q rows of lanes from row i on: x, the next column and the products with it.
template <int Q, class T>
MLMATH_INLINE void reduce_rows(const BidiagonalStep<T>& s, std::ptrdiff_t i, T* g, vec<T>* squares) {
    constexpr int W = width<T>, P = parts_of<T>, R = Q * P;
    const std::ptrdiff_t above = s.k + 1 - i;
    const T* const column = s.a + (s.k + 1) * s.ld + i;
    const vec<T> factor = broadcast(s.factor), beta = broadcast(s.beta);
    vec<T> x[R], next[R];
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        vec<T> z = load(s.z[0] + i + r * W);
        for (std::ptrdiff_t p = 1; p < s.parts; ++p) z = z + load(s.z[p] + i + r * W);
        next[r] = load(column + r * W);
        x[r] = factor * fnma(beta, next[r], z);
    }
    const T* left = s.left + i;
    for (std::ptrdiff_t j = 0; j <= s.count; ++j, left += s.ld) {
        const vec<T> weight = broadcast(s.weight[j]), across = broadcast(s.across[j]);
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec<T> e = load(left + r * W);
            x[r] = fnma(weight, e, x[r]);
            next[r] = fnma(across, e, next[r]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        x[r] = select<T>(lanes_below<T>(above - r * W), vec<T>{}, x[r]);
        next[r] = select<T>(lanes_below<T>(above - r * W), vec<T>{}, next[r] - x[r]);
        store(s.left + (s.count + 1) * s.ld + i + r * W, x[r]);
        store(s.next + i + r * W, next[r]);
        const vec<T> below = select<T>(lanes_below<T>(above + 1 - r * W), vec<T>{}, next[r]);
        squares[r % P] = fma(below, below, squares[r % P]);
    }
    left = s.left + i;
    for (std::ptrdiff_t j = 0; j <= s.count + 1; ++j, left += s.ld) {
        MLMATH_UNROLL for (int p = 0; p < P; ++p) {
            vec<T> gj = load(g + j * lanes<T> + p * W);
            MLMATH_UNROLL for (int r = p; r < R; r += P) gj = fma(load(left + r * W), next[r], gj);
            store(g + j * lanes<T> + p * W, gj);
        }
    }
}

template <class T>
void rows(const BidiagonalStep<T>& s, std::ptrdiff_t from, std::ptrdiff_t to, T* g, T* squares) {
    constexpr int L = lanes<T>, at_once = parts_of<T> < 4 ? 4 / parts_of<T> : 1;
    std::ptrdiff_t i = from > s.k ? from : (s.k + 1) / L * L;
    vec<T> sum[parts_of<T>];
    load_lanes(squares, sum);
    for (; i + at_once * L <= to; i += at_once * L) reduce_rows<at_once>(s, i, g, sum);
    for (; i < to; i += L) reduce_rows<1>(s, i, g, sum);
    store_lanes(squares, sum);
}

// Rows of R registers and 8 columns of A -= left right^T, all pairs at once.
template <int R, class T>
MLMATH_INLINE void update_tile(T* a, std::ptrdiff_t ld, const T* left, const T* right, std::ptrdiff_t right_ld,
                               std::ptrdiff_t count) {
    vec<T> sum[8][R] = {};
    for (std::ptrdiff_t j = 0; j < count; ++j, left += ld, right += right_ld) {
        vec<T> l[R];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) l[r] = load(left + r * width<T>);
        MLMATH_UNROLL for (int c = 0; c < 8; ++c) {
            const vec<T> e = broadcast(right[c]);
            MLMATH_UNROLL for (int r = 0; r < R; ++r) sum[c][r] = fma(e, l[r], sum[c][r]);
        }
    }
    MLMATH_UNROLL for (int c = 0; c < 8; ++c) MLMATH_UNROLL for (int r = 0; r < R; ++r)
        store(a + c * ld + r * width<T>, load(a + c * ld + r * width<T>) - sum[c][r]);
}
// 8 columns of 3 registers are 24 sums, of 32 registers; of 16 registers 8.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tile = 3;
#else
constexpr int tile = 1;
#endif

template <class T>
void update(T* a, std::ptrdiff_t ld, const T* left, const T* right, std::ptrdiff_t right_ld, std::ptrdiff_t count,
            std::ptrdiff_t top, std::ptrdiff_t m, std::ptrdiff_t from, std::ptrdiff_t to) {
    constexpr int W = width<T>;
    std::ptrdiff_t i = top / lanes<T> * lanes<T>;
    for (; i + tile * W <= m; i += tile * W)
        for (std::ptrdiff_t c = from; c < to; c += 8) {
            MLMATH_UNROLL for (int p = 0; p < 8; ++p) {
                MLMATH_UNROLL for (int r = 0; r < tile; ++r) prefetch(a + (c + 8 + p) * ld + i + r * W);
            }
            update_tile<tile>(a + c * ld + i, ld, left + i, right + c, right_ld, count);
        }
    for (; i < m; i += W)
        for (std::ptrdiff_t c = from; c < to; c += 8) update_tile<1>(a + c * ld + i, ld, left + i, right + c, right_ld, count);
}

}  // namespace
}  // namespace mlmath::MLMATH_LEVEL
