// SPDX-License-Identifier: BSD-3-Clause
// centered_product's register tile: gemm's, with the mean subtracted between the load of an element and its products. Compiled once
// per level.
//
// Constraint: deviations written to a scratch block cost a store and a load each, and bursts of reading X between stretches of
//   multiplying, which no prefetcher foresees: 82 ns a row of 50 by 50 on one thread, where gemm takes 61 and these tiles 66.
// Arithmetic: a step of k has 8 subtractions for 24 multiply-adds. Processors with adders of their own (Zen 4, 5) do them beside;
//   where they share the ports (Intel) they cost up to a third, when 3 registers of columns are used, and a chunk of several
//   panels takes its deviations anew in each. Still less than a store, a load and a wait for memory up to some hundred columns.
// Decision: the mean as one more register; 24 + 3 + 2 = 29 of 32 registers, 12 + 2 + 2 = 16 of 16 (AVX2).
#include "kernels/blas/gemm/gemm_micro.hpp"
#include "kernels/preprocessing/standardize/standardize_product_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// A register of which the compiler does not know that its lanes are equal. It would otherwise subtract scalars and spread the
// difference over a register: one more instruction, on a port of the multiply-adds. x + (-m) has the bits of x - m.
template <class V>
MLMATH_INLINE V opaque(V v) {
#if defined(__aarch64__)
    asm("" : "+w"(v));
#elif defined(__AVX512F__)
    asm("" : "+v"(v));
#else
    asm("" : "+x"(v));
#endif
    return v;
}

template <class T>
constexpr int line = 64 / static_cast<int>(sizeof(T));

// Rows x Vectors registers of C; `tail` columns in the last one (all: width). Fetch: lines of A two strips below are asked for, one
// of every row for each line of k that is worked on.
template <class T, int Rows, int Vectors, bool Fetch>
mask<T> tile(const CenteredBlock<T>& g, const T* a, const T* b, const T* scale, T* c, std::ptrdiff_t tail) {
    constexpr int W = width<T>;
    const std::ptrdiff_t a_row = g.a_row, a_column = g.a_column, c_row = g.c_row;
    vec<T> sum[Rows][Vectors];
    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) { MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = vec<T>{}; }
    const T* row[Rows];
    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) row[r] = a + r * a_row;
    std::ptrdiff_t at = 0;  // p * a_column
    for (std::ptrdiff_t p = 0; p < g.k;) {
        if constexpr (Fetch) {
            MLMATH_UNROLL for (int r = 0; r < Rows; ++r) prefetch_far(row[r] + at + 2 * Rows * a_row);
        }
        const std::ptrdiff_t to = g.k - p < line<T> ? g.k : p + line<T>;
        for (; p < to; ++p, at += a_column, b += tile_columns<T>) {
            const vec<T> minus_mean = opaque(-broadcast(g.mean[p]));
            vec<T> of_b[Vectors];
            MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) of_b[v] = load(b + v * W);
            MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
                const vec<T> deviation = broadcast(row[r][at]) + minus_mean;
                MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fma(deviation, of_b[v], sum[r][v]);
            }
        }
    }
    forget(c);
    mask<T> wrong{};
    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) {
            T* const to = c + r * c_row + v * W;
            const bool whole = v < Vectors - 1 || tail == W;
            vec<T> value = sum[r][v];
            // Behind the tail stands what the copied column gives; of C the lane that it copies.
            if (!g.first) value = (whole ? load(to) : load_first_or(to, tail, broadcast(to[0]))) + value;
            if (g.last) {
                if (scale != nullptr) value = value / load(scale + v * W);
                // == and != raise no flag for NaN, as < would.
                wrong |= (absolute(value) == broadcast(static_cast<T>(__builtin_inf()))) | (value != value);
            }
            if (whole)
                store(to, value);
            else
                store_first(to, value, tail);
        }
    }
    return wrong;
}

template <class T>
using Tile = mask<T> (*)(const CenteredBlock<T>&, const T*, const T*, const T*, T*, std::ptrdiff_t);

// at[rows - 1][vectors - 1], and whole strips that fetch.
template <class T>
struct CenteredTiles {
    Tile<T> at[tile_rows][tile_vectors], fetching[tile_vectors];
};
template <class T, int Rows, int Vectors>
constexpr void fill(CenteredTiles<T>& tiles) {
    tiles.at[Rows - 1][Vectors - 1] = tile<T, Rows, Vectors, false>;
    if constexpr (Rows == tile_rows) tiles.fetching[Vectors - 1] = tile<T, Rows, Vectors, true>;
    if constexpr (Vectors > 1)
        fill<T, Rows, Vectors - 1>(tiles);
    else if constexpr (Rows > 1)
        fill<T, Rows - 1, tile_vectors>(tiles);
}
template <class T>
constexpr CenteredTiles<T> all_tiles() {
    CenteredTiles<T> tiles{};
    fill<T, tile_rows, tile_vectors>(tiles);
    return tiles;
}
template <class T>
constexpr CenteredTiles<T> centered_tiles = all_tiles<T>();

template <class T>
bool block(const CenteredBlock<T>& g) {
    constexpr int W = width<T>;
    mask<T> wrong{};
    for (std::ptrdiff_t i = 0; i < g.m; i += tile_rows) {
        const std::ptrdiff_t rows = g.m - i < tile_rows ? g.m - i : tile_rows;
        const T* b = g.b;
        for (std::ptrdiff_t j = 0; j < g.n; j += tile_columns<T>, b += g.k * tile_columns<T>) {
            const std::ptrdiff_t columns = g.n - j < tile_columns<T> ? g.n - j : tile_columns<T>, vectors = (columns + W - 1) / W;
            const bool fetch = rows == tile_rows && j == 0 && g.a_column == 1;
            const Tile<T> one = fetch ? centered_tiles<T>.fetching[vectors - 1] : centered_tiles<T>.at[rows - 1][vectors - 1];
            wrong |= one(g, g.a + i * g.a_row, b, g.scale == nullptr ? nullptr : g.scale + j, g.c + i * g.c_row + j,
                         columns - (vectors - 1) * W);
        }
    }
    return !any(wrong);
}

}  // namespace

extern const CenteredKernels<float> centered_f32;
const CenteredKernels<float> centered_f32 = {tile_rows, tile_columns<float>, width<float>, block<float>};
extern const CenteredKernels<double> centered_f64;
const CenteredKernels<double> centered_f64 = {tile_rows, tile_columns<double>, width<double>, block<double>};

}  // namespace mlmath::MLMATH_LEVEL
