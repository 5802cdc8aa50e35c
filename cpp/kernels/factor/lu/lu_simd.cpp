// SPDX-License-Identifier: BSD-3-Clause
// lu: a panel of at most lu_block columns, and a group of small matrices side by side. Compiled once per level.
//
// Both subtract the terms of an element in increasing q, from its own value on, and divide by multiplying: the same bits.
#include "kernels/factor/lu/lu_kernels.hpp"
#include "kernels/factor/lu/lu_lanes_simd.hpp"
#include "simd/block_transpose.hpp"
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void swap(T* x, T* y, std::ptrdiff_t count) {
    std::ptrdiff_t j = 0;
    for (; j + width<T> <= count; j += width<T>) {
        const vec<T> mine = load(x + j), other = load(y + j);
        store(x + j, other);
        store(y + j, mine);
    }
    if (j < count) {
        const vec<T> mine = load_first(x + j, count - j), other = load_first(y + j, count - j);
        store_first(x + j, other, count - j);
        store_first(y + j, mine, count - j);
    }
}

template <class T>
bool finite(const T* a, std::ptrdiff_t count) {
    vec<T> sum[4] = {};
    std::ptrdiff_t j = 0;
    for (; j + 4 * width<T> <= count; j += 4 * width<T>) {
        MLMATH_UNROLL for (int v = 0; v < 4; ++v) sum[v] = fma(load(a + j + v * width<T>), vec<T>{}, sum[v]);
    }
    for (; j < count; j += width<T>) sum[0] = fma(load_first(a + j, count - j < width<T> ? count - j : width<T>), vec<T>{}, sum[0]);
    const vec<T> all_of_them = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    return all(all_of_them == vec<T>{});
}

// ---- a strip of a few columns, by columns --------------------------------------------------------------------------------------
// Column c of the strip is at s + c*held; `held` is a multiple of the register, with zeros behind row m.

// The rows below k: multipliers, the Rest columns to the right, the largest of the next column.
template <int Rest, class T>
MLMATH_INLINE std::ptrdiff_t eliminate(T* s, std::ptrdiff_t held, std::ptrdiff_t m, std::ptrdiff_t k, int at, T pivot) {
    using Int = typename Lane<T>::sint;
    constexpr int W = width<T>;
    const Divisor<T> divisor(pivot);
    T* const column = s + at * held;
    vec<T> top[Rest > 0 ? Rest : 1];
    MLMATH_UNROLL for (int c = 0; c < Rest; ++c) top[c] = broadcast(column[(c + 1) * held + k]);
    const std::ptrdiff_t start = (k + 1) / W * W;
    vec<T> best = broadcast(T(-1));
    vec<Int> index = broadcast(static_cast<Int>(k + 1)), row = iota<Int>() + broadcast(static_cast<Int>(start));
    for (std::ptrdiff_t i = start; i < m; i += W, row += broadcast(static_cast<Int>(W))) {
        const vec<T> before = load(column + i);
        vec<T> multiplier = divisor.into(before);
        const mask<T> below = row > broadcast(static_cast<Int>(k));
        if (i == start) {  // the rows above are finished: their multiplier is zero, and stays what it is
            store(column + i, select<T>(below, multiplier, before));
            multiplier = select<T>(below, multiplier, vec<T>{});
        } else {
            store(column + i, multiplier);
        }
        MLMATH_UNROLL for (int c = 0; c < Rest; ++c) {
            T* other = column + (c + 1) * held + i;
            const vec<T> old = load(other);
            vec<T> value = fnma(multiplier, top[c], old);
            if (i == start) value = select<T>(below, value, old);
            store(other, value);
            if (c == 0) {
                const vec<T> size = absolute(value);
                const mask<T> larger = i == start ? (size > best) & below : size > best;
                best = select<T>(larger, size, best);
                index = larger ? row : index;
            }
        }
    }
    if constexpr (Rest > 0) {
        if (k + 1 >= m) return k + 1;
        T largest = magnitude(column[held + k + 1]);  // a NaN there stays the pivot
        std::ptrdiff_t which = k + 1;
        for (int l = 0; l < W; ++l)
            if (best[l] > largest || (best[l] == largest && index[l] < which)) {
                largest = best[l];
                which = index[l];
            }
        return which;
    }
    return 0;
}

template <class T>
std::ptrdiff_t largest_of(const T* column, std::ptrdiff_t from, std::ptrdiff_t m) {
    std::ptrdiff_t which = from;
    for (std::ptrdiff_t i = from + 1; i < m; ++i)
        if (magnitude(column[i]) > magnitude(column[which])) which = i;
    return which;
}

// Columns 0 .. b of the strip; row k of the panel is the diagonal's in column 0. Returns the first zero pivot (from 1 in the
// strip).
template <class T>
int factor_strip(T* s, std::ptrdiff_t held, std::ptrdiff_t m, std::ptrdiff_t k0, int b, int* pivots) {
    int info = 0;
    std::ptrdiff_t which = largest_of(s, k0, m);
    for (int c = 0; c < b && k0 + c < m; ++c) {
        const std::ptrdiff_t k = k0 + c;
        pivots[c] = static_cast<int>(which);
        if (which != k)
            for (int x = 0; x < b; ++x) {
                const T kept = s[x * held + k];
                s[x * held + k] = s[x * held + which];
                s[x * held + which] = kept;
            }
        T pivot = s[c * held + k];
        if (pivot == 0) {
            if (info == 0) info = c + 1;
            pivot = 1;
        }
        switch (b - 1 - c) {
            case 0:
                which = eliminate<0>(s, held, m, k, c, pivot);
                break;
            case 1:
                which = eliminate<1>(s, held, m, k, c, pivot);
                break;
            case 2:
                which = eliminate<2>(s, held, m, k, c, pivot);
                break;
            case 3:
                which = eliminate<3>(s, held, m, k, c, pivot);
                break;
            case 4:
                which = eliminate<4>(s, held, m, k, c, pivot);
                break;
            case 5:
                which = eliminate<5>(s, held, m, k, c, pivot);
                break;
            case 6:
                which = eliminate<6>(s, held, m, k, c, pivot);
                break;
            default:
                which = eliminate<7>(s, held, m, k, c, pivot);
                break;
        }
    }
    return info;
}

// ---- the rest of the panel, by rows --------------------------------------------------------------------------------------------

constexpr int update_rows = 4;
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int update_vectors = 4;
#else
constexpr int update_vectors = 2;
#endif

// c[r][j] -= sum_q l[r][q] u[q][j], q increasing, for R rows and Vectors registers of columns (Tail: of the last only `tail`
// lanes).
template <int R, int Vectors, bool Tail, class T>
MLMATH_INLINE void update_tile(const T* l, const T* u, T* c, std::ptrdiff_t stride, std::ptrdiff_t steps, std::ptrdiff_t tail) {
    constexpr int W = width<T>;
    vec<T> sum[R][Vectors];
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] =
            Tail && v == Vectors - 1 ? load_first(c + r * stride + v * W, tail) : load(c + r * stride + v * W);
    }
    for (std::ptrdiff_t q = 0; q < steps; ++q, u += stride) {
        vec<T> row[Vectors];
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) row[v] =
            Tail && v == Vectors - 1 ? load_first(u + v * W, tail) : load(u + v * W);
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec<T> factor = broadcast(l[r * stride + q]);
            MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fnma(factor, row[v], sum[r][v]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) {
            if (Tail && v == Vectors - 1)
                store_first(c + r * stride + v * W, sum[r][v], tail);
            else
                store(c + r * stride + v * W, sum[r][v]);
        }
    }
}
template <int Vectors, bool Tail, class T>
void update_columns(std::ptrdiff_t rows, std::ptrdiff_t steps, const T* l, const T* u, T* c, std::ptrdiff_t stride,
                    std::ptrdiff_t tail) {
    std::ptrdiff_t i = 0;
    for (; i + update_rows <= rows; i += update_rows)
        update_tile<update_rows, Vectors, Tail>(l + i * stride, u, c + i * stride, stride, steps, tail);
    for (; i < rows; ++i) update_tile<1, Vectors, Tail>(l + i * stride, u, c + i * stride, stride, steps, tail);
}
template <class T>
void update(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t steps, const T* l, const T* u, T* c,
            std::ptrdiff_t stride) {
    constexpr int W = width<T>, wide = update_vectors * W;
    std::ptrdiff_t j = 0;
    for (; j + wide <= columns; j += wide) update_columns<update_vectors, false>(rows, steps, l, u + j, c + j, stride, W);
    if (columns - j >= 2 * W) {
        update_columns<2, false>(rows, steps, l, u + j, c + j, stride, W);
        j += 2 * W;
    }
    for (; j + W <= columns; j += W) update_columns<1, false>(rows, steps, l, u + j, c + j, stride, W);
    if (j < columns) update_columns<1, true>(rows, steps, l, u + j, c + j, stride, columns - j);
}

template <class T>
int panel(std::ptrdiff_t m, std::ptrdiff_t n, T* a, std::ptrdiff_t stride, int* pivots, T* scratch) {
    constexpr int W = width<T>;
    const std::ptrdiff_t order = m < n ? m : n;
    int info = 0;
    for (std::ptrdiff_t k = 0; k < order; k += lu_strip) {
        const int b = static_cast<int>(n - k < lu_strip ? n - k : lu_strip);
        // The strip by columns. Rows above k are left out: row k of the panel is row `shift` of the strip, at the same place of a
        // register.
        const std::ptrdiff_t from = k / W * W, rows = m - from, held = (rows + W - 1) / W * W;
        transpose_block(a + from * stride + k, stride, rows, b, scratch, held);
        for (int c = 0; c < b; ++c)
            for (std::ptrdiff_t i = rows; i < held; ++i) scratch[c * held + i] = 0;
        const int strip_info = factor_strip(scratch, held, rows, k - from, b, pivots + k);
        if (info == 0 && strip_info != 0) info = static_cast<int>(k) + strip_info;
        transpose_block(scratch, held, b, rows, a + from * stride + k, stride);
        const std::ptrdiff_t pivoted = order - k < b ? order - k : b, right = k + b;
        for (std::ptrdiff_t c = 0; c < pivoted; ++c) {
            pivots[k + c] += static_cast<int>(from);
            if (pivots[k + c] == k + c) continue;
            T *mine = a + (k + c) * stride, *other = a + pivots[k + c] * stride;
            swap(mine, other, k);
            swap(mine + right, other + right, n - right);
        }
        if (right >= n) continue;
        // U's rows: the unit triangle of the strip; then all rows below.
        for (std::ptrdiff_t r = 1; r < pivoted; ++r)
            update(1, n - right, r, a + (k + r) * stride + k, a + k * stride + right, a + (k + r) * stride + right, stride);
        if (m > k + b)
            update(m - k - b, n - right, b, a + (k + b) * stride + k, a + k * stride + right, a + (k + b) * stride + right, stride);
    }
    return info;
}

// ---- a group, a lane each ------------------------------------------------------------------------------------------------------

template <class T>
void group(std::ptrdiff_t n, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* const* lu, std::ptrdiff_t lu_row,
           T* tile, int* const* pivots, int* info) {
    LaneElimination<T> elimination{tile, n, n, true};
    pack_group<T>(a, n, n, a_row, a_column, tile, n);
    elimination.run([&](std::ptrdiff_t k) {
        for (int l = 0; l < width<T>; ++l) pivots[l][k] = static_cast<int>(elimination.pivot[l]);
    });
    unpack_group<T>(tile, n, n, n, lu_row, 1, lu);
    for (int l = 0; l < width<T>; ++l) info[l] = static_cast<int>(elimination.singular[l]);
}

}  // namespace

extern const LuKernels lu_kernels;
const LuKernels lu_kernels = {{panel<double>, group<double>, width<double>, finite<double>, swap<double>},
                              {panel<float>, group<float>, width<float>, finite<float>, swap<float>}};

}  // namespace mlmath::MLMATH_LEVEL
