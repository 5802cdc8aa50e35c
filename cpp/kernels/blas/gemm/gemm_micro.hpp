// SPDX-License-Identifier: BSD-3-Clause
// gemm's register tile: rows x (vectors of columns) of C held in registers while k runs. Included by the per-level units.
#pragma once
#include "kernels/blas/gemm/gemm_blocking.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// The tile's shape.
// Constraint: accumulators + one row of B + one broadcast element of A must fit the register file; an FMA takes 4 cycles and
//   two start per cycle, so at least 8 accumulators must be independent; each step loads (vectors + rows) for rows * vectors FMAs.
// Arithmetic: 32 registers: 8 x 3 = 24 accumulators + 3 + 1 = 28, 11 loads for 24 FMAs (5.5 cycles of load ports under 12 of FMA).
//   16 registers: 6 x 2 = 12 + 2 + 1 = 15, 8 loads for 12 FMAs (4 under 6). Without FMA a product needs a register of its own:
//   4 x 2 = 8 + 2 + 1 + 1 = 12.
// Decision: 8 x 3 for AVX-512 and NEON, 6 x 2 for AVX2, 4 x 2 for the baseline.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tile_rows = 8, tile_vectors = 3;
#elif defined(__AVX2__)
constexpr int tile_rows = 6, tile_vectors = 2;
#else
constexpr int tile_rows = 4, tile_vectors = 2;
#endif
template <class T>
constexpr int tile_columns = tile_vectors * width<T>;

// What all tiles of a block have in common.
template <class T>
struct TileArguments {
    std::ptrdiff_t k, a_row, a_column, b_row, c_row, tail;
    T alpha, beta;
};

template <class T>
TileArguments<T> tile_arguments(const GemmBlock<T>& g) {
    return {g.k, g.a_row, g.a_column, g.b_row, g.c_row, g.n % width<T>, g.alpha, g.beta};
}

// Hides from the compiler how x was computed. It would otherwise keep the addresses of a whole tile of C alive through the k loop
// (in vector registers, when it runs out of others), and make a second k loop for a_column = 1.
template <class X>
MLMATH_INLINE void forget(X& x) {
    asm("" : "+r"(x));
}

// How a tile walks through its rows of A.
// Constraint: the multiply-adds want both vector ports in every cycle, and the arithmetic of addresses takes a turn on one now and
//   then: with the nine such instructions that the general walk has per step of k, 8 rows x 3 registers run at 88 % of the peak.
// Arithmetic: two steps at a time, a pointer for every row and one index for all: four per two steps, 95 %. (A step at a time: 91.)
// Decision: whole tiles know rows that are adjacent along k, and panels (rows adjacent); edges of rows and other layouts walk step
// by step.
template <class T, int Rows>
struct AnyRows {
    static constexpr int steps = 1;
    const T* a;
    std::ptrdiff_t row, column;
    MLMATH_INLINE AnyRows(const T* from, const TileArguments<T>& t) : a(from), row(t.a_row), column(t.a_column) {}
    MLMATH_INLINE T at(int, int r) const { return a[r * row]; }
    MLMATH_INLINE void advance() {
        a += column;
        forget(a);
    }
};
template <class T, int Rows>
struct AdjacentAlongK {
    static constexpr int steps = 2;
    const T* row[Rows];
    std::ptrdiff_t p = 0;
    MLMATH_INLINE AdjacentAlongK(const T* from, const TileArguments<T>& t) {
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
            row[r] = from + r * t.a_row;
            forget(row[r]);
        }
    }
    MLMATH_INLINE T at(int step, int r) const { return row[r][p + step]; }
    MLMATH_INLINE void advance() {
        p += steps;
        forget(p);
    }
};
template <class T, int Rows>
struct AdjacentRows {
    static constexpr int steps = 2;
    const T* a;
    std::ptrdiff_t column;
    MLMATH_INLINE AdjacentRows(const T* from, const TileArguments<T>& t) : a(from), column(t.a_column) {}
    MLMATH_INLINE T at(int step, int r) const { return a[step * column + r]; }
    MLMATH_INLINE void advance() {
        a += steps * column;
        forget(a);
    }
};

// One step of k: the registers of a row of B times an element of every row of A.
template <int Rows, int Vectors, bool Tail, class T, class A>
MLMATH_INLINE void tile_step(vec<T> (&sum)[Rows][Vectors], const A& a, int step, const T* b, std::ptrdiff_t tail) {
    constexpr int full = Tail ? Vectors - 1 : Vectors;
    vec<T> row[Vectors];
    MLMATH_UNROLL for (int v = 0; v < full; ++v) row[v] = load(b + v * width<T>);
    if constexpr (Tail)
        row[Vectors - 1] =
            load_first_or(b + full * width<T>, tail, Vectors > 1 ? row[Vectors > 1 ? Vectors - 2 : 0] : broadcast(b[0]));
    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
        const vec<T> element = broadcast(a.at(step, r));
        MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fma(element, row[v], sum[r][v]);
    }
}

// What is asked for while tiles are computed: A's next panel, line by line in the order of addresses.
// Constraint: met as the tile needs them, lines of a far cache come at its latency; asked for in a burst, they keep the few buffers
//   of the first-level cache from B's loads. Decision: after every row's share of the steps of k, as many as are due then.
template <class T>
struct Ahead {
    const T* a = nullptr;
    std::ptrdiff_t a_row = 0, elements = 0, at = 0;  // between rows of the panel; of a row; of them done
    std::ptrdiff_t left = 0, due = 0;                // lines: in all; at a time

    MLMATH_INLINE void ask() {
        for (std::ptrdiff_t l = left < due ? left : due; l > 0; --l, --left) {
            prefetch_far(a + at);
            at += 64 / static_cast<int>(sizeof(T));
            if (at >= elements) {
                at = 0;
                a += a_row;
            }
        }
    }
};

// C (Rows x Vectors registers) = alpha A B + beta C. Tail: the last register has only `tail` columns. Its other lanes repeat
// columns that exist, because zeros times an infinity in A would raise a flag nobody asked for.
template <class T, int Rows, int Vectors, bool Tail, class A>
void tile(const TileArguments<T>& t, const T* from, const T* b, T* c, Ahead<T>& ahead) {
    constexpr int full = Tail ? Vectors - 1 : Vectors;
    const std::ptrdiff_t b_row = t.b_row, tail = t.tail;
    std::ptrdiff_t c_row = t.c_row;

    vec<T> sum[Rows][Vectors];
    MLMATH_UNROLL for (int r = 0; r < Rows; ++r) { MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = vec<T>{}; }
    A a(from, t);
    const std::ptrdiff_t turns = t.k / A::steps, share = turns / Rows;
    std::ptrdiff_t turn = 0;
    for (int r = 0; turn < turns; ++r) {
        std::ptrdiff_t to = turns;
        if (ahead.left > 0) {
            ahead.ask();
            if (r < Rows - 1) to = turn + share;
        }
        for (; turn < to; ++turn) {
            MLMATH_UNROLL for (int step = 0; step < A::steps; ++step) {
                tile_step<Rows, Vectors, Tail>(sum, a, step, b, tail);
                b += b_row;
                forget(b);
            }
            a.advance();
        }
    }
    if (A::steps == 2 && t.k % 2 == 1) tile_step<Rows, Vectors, Tail>(sum, a, 0, b, tail);

    forget(c);
    forget(c_row);
    // Constraint: a multiplication by one costs as much as one by another number: Rows x Vectors of them are one step of k, and
    //   with the wait for the last sums 10 % of a product of 48 x 48. Decision: alpha = 1, and beta = 1 beside it, leave them out.
    if (t.beta == T(0)) {  // C is not read: it may hold NaN
        if (t.alpha != T(1)) {
            const vec<T> alpha = broadcast(t.alpha);
            MLMATH_UNROLL for (int r = 0; r < Rows; ++r) { MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] *= alpha; }
        }
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
            MLMATH_UNROLL for (int v = 0; v < full; ++v) store(c + r * c_row + v * width<T>, sum[r][v]);
            if constexpr (Tail) store_first(c + r * c_row + full * width<T>, sum[r][full], tail);
        }
    } else {
        const bool plain = t.alpha == T(1) && t.beta == T(1);
        const vec<T> alpha = broadcast(t.alpha), beta = broadcast(t.beta);
        const auto added = [&](vec<T> chunk, vec<T> old)
                               __attribute__((always_inline)) { return plain ? old + chunk : fma(alpha, chunk, beta * old); };
        MLMATH_UNROLL for (int r = 0; r < Rows; ++r) {
            T* const line = c + r * c_row;
            MLMATH_UNROLL for (int v = 0; v < full; ++v) store(line + v * width<T>, added(sum[r][v], load(line + v * width<T>)));
            if constexpr (Tail) {  // lanes beyond the tail repeat lane 0 of C: a flag they raise, lane 0 raises too
                T* const last = line + full * width<T>;
                const vec<T> old = load_first_or(last, tail, broadcast(last[0]));
                const vec<T> sums = select<T>(first_lanes<T>(tail), sum[r][full], broadcast(sum[r][full][0]));
                store_first(last, added(sums, old), tail);
            }
        }
    }
}

// at[rows - 1][vectors - 1][tail?]; tiles of all rows once more for each layout of A.
template <class T>
struct Tiles {
    using Tile = void (*)(const TileArguments<T>&, const T*, const T*, T*, Ahead<T>&);
    using OfRows = Tile[tile_vectors][2];
    OfRows at[tile_rows], along_k, in_panels;

    // Those of some rows of A, at least one.
    MLMATH_INLINE const OfRows& of(std::ptrdiff_t rows, const TileArguments<T>& t) const {
        if (rows < tile_rows) return at[rows - 1];
        return t.a_column == 1 ? along_k : t.a_row == 1 ? in_panels : at[tile_rows - 1];
    }
};
template <class A, int Rows, class T, int Vectors = tile_vectors>
constexpr void fill_row(typename Tiles<T>::OfRows& tiles) {
    tiles[Vectors - 1][0] = tile<T, Rows, Vectors, false, A>;
    tiles[Vectors - 1][1] = tile<T, Rows, Vectors, true, A>;
    if constexpr (Vectors > 1) fill_row<A, Rows, T, Vectors - 1>(tiles);
}
template <class T, int Rows = tile_rows>
constexpr void fill_tiles(Tiles<T>& tiles) {
    fill_row<AnyRows<T, Rows>, Rows, T>(tiles.at[Rows - 1]);
    if constexpr (Rows > 1) fill_tiles<T, Rows - 1>(tiles);
}
template <class T>
constexpr Tiles<T> make_tiles() {
    Tiles<T> tiles{};
    fill_tiles(tiles);
    fill_row<AdjacentAlongK<T, tile_rows>, tile_rows, T>(tiles.along_k);
    fill_row<AdjacentRows<T, tile_rows>, tile_rows, T>(tiles.in_panels);
    return tiles;
}
template <class T>
constexpr Tiles<T> tiles = make_tiles<T>();

// A panel of A stays close while the whole block of B passes it.
template <class T>
void block_of_tiles(const GemmBlock<T>& g) {
    constexpr int W = width<T>, line = 64 / static_cast<int>(sizeof(T));
    const TileArguments<T> arguments = tile_arguments(g);
    const std::ptrdiff_t whole = g.n / tile_columns<T>, left = g.n - whole * tile_columns<T>, turns = whole + (left > 0);
    // A panel lies in a row; so do rows that are adjacent along k. Columns that are read where they lie do not: k pages.
    const bool packed = g.a_row == 1 && g.a_column == tile_rows, fetch = g.fetched > 0 && (g.a_column == 1 || packed);
    const T* a = g.a;
    Ahead<T> ahead;
    for (std::ptrdiff_t i = 0; i < g.m; i += tile_rows, a += g.a_panel) {
        const std::ptrdiff_t rows = g.m - i < tile_rows ? g.m - i : tile_rows;
        const std::ptrdiff_t after = g.fetched - i - rows, below = after < tile_rows ? after : tile_rows;
        const auto& of_rows = tiles<T>.of(rows, arguments);
        const auto full_tile = of_rows[tile_vectors - 1][0];
        if (fetch && below > 0) {
            const bool panel = packed && g.a_column != 1;
            ahead.a = a + g.a_panel;
            ahead.a_row = g.a_row;
            ahead.elements = panel ? g.k * g.a_column : g.k;
            ahead.at = 0;
            ahead.left = (panel ? 1 : below) * (ahead.elements / line + 1);
            ahead.due = ahead.left / (turns * tile_rows) + 1;
        }
        const T* b = g.b;
        T* c = g.c + i * g.c_row;
        for (std::ptrdiff_t turn = 0; turn < turns; ++turn, b += g.b_panel, c += tile_columns<T>) {
            if (turn < whole)
                full_tile(arguments, a, b, c, ahead);
            else
                of_rows[(left + W - 1) / W - 1][left % W != 0](arguments, a, b, c, ahead);
        }
    }
}

// Whether a strip of A's rows lies within one panel of as many columns of B.
template <class T>
constexpr bool strips_in_panels = tile_columns<T> % tile_rows == 0;

// The share of the next rows that is due at turn `turn` of `turns`.
template <class T>
MLMATH_INLINE void fetch_rows(const GemmTriangle<T>& g, std::ptrdiff_t turn, std::ptrdiff_t turns) {
    constexpr int line = 64 / static_cast<int>(sizeof(T));
    for (std::ptrdiff_t p = turn * g.next_rows / turns; p < (turn + 1) * g.next_rows / turns; ++p)
        for (std::ptrdiff_t e = 0; e < g.next_elements; e += line) prefetch_far(g.next + p * g.next_stride + e);
}

// Tiles of one strip of rows, columns [j, end): from the register of columns j on.
template <class T>
void strip_of_tiles(const GemmBlock<T>& g, const TileArguments<T>& arguments, std::ptrdiff_t rows, const T* a, std::ptrdiff_t j,
                    std::ptrdiff_t end, T* c) {
    constexpr int W = width<T>;
    const auto& of_rows = tiles<T>.of(rows, arguments);
    std::ptrdiff_t panel = j / tile_columns<T>, from = j - panel * tile_columns<T>;
    Ahead<T> nothing;
    for (; j < end; ++panel, from = 0) {
        const std::ptrdiff_t behind = (panel + 1) * tile_columns<T>, columns = (behind < end ? behind : end) - j;
        of_rows[(columns + W - 1) / W - 1][columns % W != 0](arguments, a, g.b + panel * g.b_panel + from, c + j, nothing);
        j += columns;
    }
}

// The tiles on and above the diagonal of a symmetric C. A strip of rows begins at the register of columns its first row lies in.
// Constraint: a last register with few columns costs as much as a full one in every strip. Decision: up to half a register of
// columns is computed as rows instead, where A and B are the same numbers (the products are the same then).
template <class T>
std::ptrdiff_t triangle_of_tiles(const GemmTriangle<T>& t) {
    constexpr int W = width<T>;
    const GemmBlock<T>& g = t.block;
    const bool in_panels = strips_in_panels<T> && t.same;
    const auto strip = [&](std::ptrdiff_t i)
                           __attribute__((always_inline)) { return g.b + i / tile_columns<T> * g.b_panel + i % tile_columns<T>; };
    TileArguments<T> arguments = tile_arguments(g), panels = arguments;
    panels.a_row = 1;
    panels.a_column = g.b_row;
    if (in_panels) arguments = panels;
    const std::ptrdiff_t folded = t.same && g.n > W && g.n % W <= W / 2 ? g.n % W : 0, upper = g.n - folded;
    const std::ptrdiff_t strips = (upper + tile_rows - 1) / tile_rows;
    for (std::ptrdiff_t s = 0; s < strips; ++s) {
        const std::ptrdiff_t i = s * tile_rows, rows = upper - i < tile_rows ? upper - i : tile_rows;
        fetch_rows(t, s, strips);
        strip_of_tiles(g, arguments, rows, in_panels ? strip(i) : g.a + s * g.a_panel, i / W * W, upper, g.c + i * g.c_row);
    }
    if (folded > 0) strip_of_tiles(g, panels, folded, strip(upper), 0, g.n, g.c + upper * g.c_row);
    return upper;
}

}  // namespace mlmath::MLMATH_LEVEL
