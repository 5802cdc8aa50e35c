// SPDX-License-Identifier: BSD-3-Clause
// qr: a panel reflected by groups of columns that fill a cache line. Included by the per-level units.
//
// Constraint: a reflection is a sum over the rows of all columns to its right and then a subtraction; the next one needs its
//   result. Column by column over a panel of 32 that is two passes over the second-level cache each, at 13 Gflop/s.
// Arithmetic: 8 columns of doubles (16 of floats) are a cache line a row; 658 rows of them are 42 KB, which the first-level cache
//   holds. The pass that subtracts one reflection sums for the next, as it has every row in its registers.
// Decision: groups of one line, packed side by side; each is then applied to the rest of the panel at once (I - V T V^T). 658 x 32
//   doubles take 35 us instead of 99, of which packing is 3.
//
// Lanes are columns, which never meet: the bits do not depend on the width of the registers.
#pragma once
#include <utility>

#include "kernels/factor/columns_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

// Columns of a group, and the registers of one of its rows.
template <class T>
constexpr int group_columns = 64 / static_cast<int>(sizeof(T));
constexpr int group_registers = 64 / register_bytes;

// Reflections that are applied together, their sums in registers: with 3 groups of columns 24 of the 32 registers of AVX-512, with
// one 8 of the 16 of AVX2 and of the baseline.
constexpr int tile_reflections = group_registers == 1 ? 8 : group_registers == 2 ? 4 : 2;
constexpr int tile_groups = group_registers == 1 ? 3 : 1;

template <int At, class T>
MLMATH_INLINE vec<T> splat(vec<T> v) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return (vec<T>)__builtin_shufflevector(v, v, (static_cast<void>(i), At)...);
    }(std::make_index_sequence<static_cast<std::size_t>(width<T>)>());
}
template <int At, class T>
MLMATH_INLINE vec<T> with_lane(vec<T> v, vec<T> other) {
    return select<T>(first_lanes<T>(At + 1) & ~first_lanes<T>(At), other, v);
}

// Column k of a and all columns right of it, where squares may over- or underflow. x: what stands below the diagonal; becomes v's
// part there.
template <class T>
T reflect(T* top, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t k, std::ptrdiff_t columns, T* x, T* sums) {
    constexpr int W = width<T>;
    const std::ptrdiff_t start = k / W * W;
    T *const below = top + stride, alpha = top[k];
    T squares = 0, shrink = 1, again = 1, largest = 0;
    bool numbers = true;
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        largest = magnitude(x[i]) > largest ? magnitude(x[i]) : largest;
        numbers = numbers && x[i] - x[i] == 0;
    }
    if (numbers && largest == 0) return 0;
    largest = magnitude(alpha) > largest ? magnitude(alpha) : largest;
    if (numbers && alpha - alpha == 0) {
        // The tail is tiny or huge. (One that is tiny beside alpha is scaled like a tiny column.)
        shrink = inverse_power(largest);
        again = inverse_power(largest * shrink);
    }
    for (std::ptrdiff_t i = 0; i < rows; ++i) x[i] = x[i] * shrink * again;
    sums_of(x, below + start, stride, rows, columns - start, sums + start);
    for (std::ptrdiff_t i = 0; i < rows; ++i) squares = fma(x[i], x[i], squares);
    const T size = alpha * shrink * again, norm = root(fma(size, size, squares)),
            beta = size > 0 || (size == 0 && !__builtin_signbit(size)) ? -norm : norm;
    const T tau = (beta - size) / beta, scale = 1 / (size - beta);
    // h_j = tau (c_kj + sum_i v_i c_ij); columns up to k are finished.
    const vec<T> taus = broadcast(tau), scales = broadcast(scale);
    for (std::ptrdiff_t j = start; j < columns; j += W) {
        const vec<T> row = load(top + j);
        vec<T> h = fma(scales, load(sums + j), row) * taus;
        if (j == start) h = select<T>(first_lanes<T>(k + 1 - start), vec<T>{}, h);
        store(sums + j, h);
        store(top + j, row - h);
    }
    for (std::ptrdiff_t i = 0; i < rows; ++i) x[i] *= scale;
    subtract_from(x, sums + start, below + start, stride, rows, columns - start);
    top[k] = beta / again / shrink;
    return tau;
}

// Rows below the diagonal of column K: c <- c - v h with v = column K times scale, which takes that column's place (Update), and
// s_j = sum of column K+1 times column j over the rows below that one's diagonal.
template <int K, bool Update, class T>
void group_pass(T* c, std::ptrdiff_t rows, T scale, const T* h, T* s) {
    constexpr int W = width<T>, R = group_registers, C = group_columns<T>, next = K + 1 < C ? K + 1 : 0;
    vec<T> hr[R] = {}, sum[parts][R] = {};
    if constexpr (Update) {
        MLMATH_UNROLL for (int r = 0; r < R; ++r) hr[r] = load(h + r * W);
    }
    const vec<T> scales = broadcast(scale);
    const auto row = [&](T* at, vec<T>* to) {
        vec<T> c_row[R];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) c_row[r] = load(at + r * W);
        if constexpr (Update) {
            const vec<T> v = broadcast(at[K]) * scales;
            MLMATH_UNROLL for (int r = 0; r < R; ++r) c_row[r] = fnma(v, hr[r], c_row[r]);
            c_row[K / W] = with_lane<K % W, T>(c_row[K / W], v);
            MLMATH_UNROLL for (int r = 0; r < R; ++r) store(at + r * W, c_row[r]);
        }
        const vec<T> x = splat<next % W, T>(c_row[next / W]);
        MLMATH_UNROLL for (int r = 0; r < R; ++r) to[r] = fma(x, c_row[r], to[r]);
    };
    std::ptrdiff_t i = 0;
    if (rows > 0) {  // on the diagonal of column K+1: not in its sums
        vec<T> nowhere[R] = {};
        row(c, nowhere);
        ++i;
    }
    for (; i + parts <= rows; i += parts) {
        MLMATH_UNROLL for (int l = 0; l < parts; ++l) row(c + (i + l) * C, sum[l]);
    }
    MLMATH_UNROLL for (int l = 0; l < parts - 1; ++l) if (i + l < rows) row(c + (i + l) * C, sum[l]);
    MLMATH_UNROLL for (int r = 0; r < R; ++r) store(s + r * W, (sum[0][r] + sum[2][r]) + (sum[1][r] + sum[3][r]));
}

// K = -1: the sums for column 0. Its diagonal is the first row.
template <class T>
using GroupPass = void (*)(T*, std::ptrdiff_t, T, const T*, T*);
template <class T, bool Update>
constexpr auto group_passes = []<std::size_t... k>(std::index_sequence<k...>) {
    struct Table {
        GroupPass<T> pass[sizeof...(k)];
    };
    return Table{{group_pass<static_cast<int>(k) - (Update ? 0 : 1), Update, T>...}};
}(std::make_index_sequence<group_columns<T>>());

// `count` columns of a group (rows x group_columns, a line each): R on and above the diagonal, below it the v_k. x: rows elements.
template <class T>
void reflect_group(T* g, std::ptrdiff_t rows, std::ptrdiff_t count, T* tau, T* x) {
    constexpr int W = width<T>, C = group_columns<T>;
    alignas(64) T sums[C] = {}, h[C];
    group_passes<T, false>.pass[0](g, rows, T(0), sums, sums);
    for (std::ptrdiff_t k = 0; k < count; ++k) {
        T* const top = g + k * C;
        const std::ptrdiff_t below = rows - k - 1;
        const T alpha = top[k], squares = sums[k], total = fma(alpha, alpha, squares);
        if (total >= least_square<T> && total <= largest_square<T> && squares >= least_square<T>) {
            const T norm = root(total), beta = alpha > 0 || (alpha == 0 && !__builtin_signbit(alpha)) ? -norm : norm,
                    scale = 1 / (alpha - beta);
            tau[k] = (beta - alpha) / beta;
            // h_j = tau (c_kj + sum_i v_i c_ij); columns up to k are finished.
            MLMATH_UNROLL for (int j = 0; j < C; j += W) {
                const vec<T> row = load(top + j), all = fma(broadcast(scale), load(sums + j), row) * broadcast(tau[k]);
                const vec<T> some = k + 1 > j ? select<T>(first_lanes<T>(k + 1 - j), vec<T>{}, all) : all;
                store(h + j, some);
                store(top + j, row - some);
            }
            top[k] = beta;
            group_passes<T, true>.pass[k](top + C, below, scale, h, sums);
            continue;
        }
        // The tail is zero, tiny, huge, or not a number.
        for (std::ptrdiff_t i = 0; i < below; ++i) x[i] = top[(i + 1) * C + k];
        tau[k] = reflect(top, C, below, k, C, x, sums);
        for (std::ptrdiff_t i = 0; i < below; ++i) top[(i + 1) * C + k] = tau[k] == 0 ? T(0) : x[i];
        if (k + 1 < count) group_passes<T, false>.pass[k + 1](top + C, below, T(0), sums, sums);
    }
}

// w_k = sum_i v_ik c_ij, k < Count, for Groups of columns.
template <int Count, int Groups, class T>
MLMATH_INLINE void group_sums(const T* v, std::ptrdiff_t v_stride, const T* c, std::ptrdiff_t stride, std::ptrdiff_t rows, T* w,
                              std::ptrdiff_t w_stride) {
    constexpr int W = width<T>, S = Groups * group_registers;
    vec<T> sum[Count][S] = {};
    for (std::ptrdiff_t i = 0; i < rows; ++i, c += stride, v += v_stride) {
        vec<T> c_row[S];
        MLMATH_UNROLL for (int r = 0; r < S; ++r) c_row[r] = load(c + r * W);
        MLMATH_UNROLL for (int k = 0; k < Count; ++k) {
            const vec<T> v_k = broadcast(v[k]);
            MLMATH_UNROLL for (int r = 0; r < S; ++r) sum[k][r] = fma(v_k, c_row[r], sum[k][r]);
        }
    }
    MLMATH_UNROLL for (int k = 0; k < Count; ++k) MLMATH_UNROLL for (int r = 0; r < S; ++r)
        store(w + k * w_stride + r * W, sum[k][r]);
}
// c_ij -= sum_k v_ik w_kj, the same.
template <int Count, int Groups, class T>
MLMATH_INLINE void group_subtract(const T* v, const T* w, T* c, std::ptrdiff_t stride, std::ptrdiff_t rows) {
    constexpr int W = width<T>, S = Groups * group_registers, C = group_columns<T>;
    vec<T> wr[Count][S];
    MLMATH_UNROLL for (int k = 0; k < Count; ++k) MLMATH_UNROLL for (int r = 0; r < S; ++r) wr[k][r] =
        load(w + k * Groups * C + r * W);
    for (std::ptrdiff_t i = 0; i < rows; ++i, c += stride, v += C) {
        vec<T> c_row[S];
        MLMATH_UNROLL for (int r = 0; r < S; ++r) c_row[r] = load(c + r * W);
        MLMATH_UNROLL for (int k = 0; k < Count; ++k) {
            const vec<T> v_k = broadcast(v[k]);
            MLMATH_UNROLL for (int r = 0; r < S; ++r) c_row[r] = fnma(v_k, wr[k][r], c_row[r]);
        }
        MLMATH_UNROLL for (int r = 0; r < S; ++r) store(c + r * W, c_row[r]);
    }
}

// C <- H_{last} ... H_0 C for Groups of columns. gram: V^T V.
template <int Groups, class T>
void apply_group(const T* v, const T* gram, const T* tau, T* c, std::ptrdiff_t stride, std::ptrdiff_t rows) {
    constexpr int W = width<T>, C = group_columns<T>, S = Groups * group_registers, all = Groups * C;
    alignas(64) T w[C * all];
    for (int k = 0; k < C; k += tile_reflections) group_sums<tile_reflections, Groups>(v + k, C, c, stride, rows, w + k * all, all);
    // w_k <- tau_k (w_k - sum_{l<k} (v_l . v_k) w_l)
    for (int k = 0; k < C; ++k)
        for (int r = 0; r < S; ++r) {
            vec<T> x = load(w + k * all + r * W);
            for (int l = 0; l < k; ++l) x = fnma(broadcast(gram[l * C + k]), load(w + l * all + r * W), x);
            store(w + k * all + r * W, x * broadcast(tau[k]));
        }
    for (int k = 0; k < C; k += tile_reflections) group_subtract<tile_reflections, Groups>(v + k, w + k * all, c, stride, rows);
}

// The reflections of a group, with zeros above them, into `count` columns of v.
template <class T>
void put_group(const T* g, std::ptrdiff_t above, std::ptrdiff_t rows, std::ptrdiff_t count, T* v, std::ptrdiff_t v_row,
               std::ptrdiff_t v_column) {
    constexpr int W = width<T>, C = group_columns<T>;
    if (v_column != 1) {
        for (std::ptrdiff_t k = 0; k < count; ++k) {
            T* const column = v + k * v_column;
            for (std::ptrdiff_t i = 0; i < above; ++i) column[i * v_row] = 0;
            for (std::ptrdiff_t i = 0; i < rows; ++i) column[(above + i) * v_row] = g[i * C + k];
        }
        return;
    }
    for (std::ptrdiff_t i = 0; i < above; ++i, v += v_row)
        for (std::ptrdiff_t k = 0; k < count; ++k) v[k] = 0;
    for (std::ptrdiff_t i = 0; i < rows; ++i, v += v_row, g += C) {
        if (count == C) {
            MLMATH_UNROLL for (int k = 0; k < C; k += W) store(v + k, load(g + k));
        } else {
            for (std::ptrdiff_t k = 0; k < count; ++k) v[k] = g[k];
        }
    }
}

template <class T>
void panel(std::ptrdiff_t m, std::ptrdiff_t n, T* a, std::ptrdiff_t stride, T* v, std::ptrdiff_t v_row, std::ptrdiff_t v_column,
           T* tau, T* lines) {
    constexpr int W = width<T>, C = group_columns<T>;
    const std::ptrdiff_t order = m < n ? m : n;
    for (std::ptrdiff_t first = 0; first < order; first += C) {
        const std::ptrdiff_t rows = m - first, columns = n - first < C ? n - first : C, count = rows < columns ? rows : columns,
                             right = first + C, top = rows < C ? rows : C;
        T* const corner = a + first * stride + first;
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            MLMATH_UNROLL for (int j = 0; j < C; j += W) store(lines + i * C + j, load(corner + i * stride + j));
        reflect_group(lines, rows, count, tau + first, lines + rows * C);
        alignas(64) T gram[C * C], taus[C] = {};
        for (std::ptrdiff_t k = 0; k < count; ++k) taus[k] = tau[first + k];
        for (std::ptrdiff_t i = 0; i < top; ++i) {  // R goes back; ones and zeros in its place
            T* const row = lines + i * C;
            MLMATH_UNROLL for (int j = 0; j < C; j += W) store(corner + i * stride + j, load(row + j));
            row[i] = 1;
            for (std::ptrdiff_t j = i + 1; j < C; ++j) row[j] = 0;
        }
        put_group(lines, first, rows, count, v + first * v_column, v_row, v_column);
        if (right >= n) return;
        for (int k = 0; k < C; k += tile_reflections)
            group_sums<tile_reflections, 1>(lines + k, C, lines, C, rows, gram + k * C, C);
        std::ptrdiff_t j = right;
        for (; j + (tile_groups - 1) * C < n; j += tile_groups * C)
            apply_group<tile_groups>(lines, gram, taus, a + first * stride + j, stride, rows);
        for (; j < n; j += C) apply_group<1>(lines, gram, taus, a + first * stride + j, stride, rows);
    }
}

// The lower triangle of V^T V by the sums that a panel uses: whole tiles of it, and no row above a reflection's first.
template <class T>
void gram(std::ptrdiff_t m, std::ptrdiff_t n, const T* v, std::ptrdiff_t stride, T* g, std::ptrdiff_t g_stride) {
    constexpr int C = group_columns<T>;
    for (std::ptrdiff_t k = 0; k < n; k += tile_reflections) {
        const std::ptrdiff_t right = (k + tile_reflections + C - 1) / C * C;  // behind the diagonal
        const T* const from = v + k * stride;
        std::ptrdiff_t j = 0;
        for (; j + (tile_groups - 1) * C < right; j += tile_groups * C)
            group_sums<tile_reflections, tile_groups>(from + k, stride, from + j, stride, m - k, g + k * g_stride + j, g_stride);
        for (; j < right; j += C)
            group_sums<tile_reflections, 1>(from + k, stride, from + j, stride, m - k, g + k * g_stride + j, g_stride);
    }
}

}  // namespace mlmath::MLMATH_LEVEL
