// SPDX-License-Identifier: BSD-3-Clause
// kmeans: the number |c|^2 - 2 x.c of every row of a tile and every centre, and what is kept of it. For kernel units.
//
// Constraint: an FMA takes 4 cycles, two start per cycle; a load of a register of rows serves all centres of a group, a centre's
//   value both registers of rows.
// Arithmetic: g centres and two registers of rows are 2 g sums, 3 registers more hold rows and a centre's value. AVX-512 has 32
//   registers: g = 10, 12 loads for 20 FMA (4 centres: 6 for 8, and 8 chains just fill the pipes with no slack). Others have 16:
//   g = 6.
// Decision: groups of at most 10 or 6, as even as they come (11 centres: 6 and 5).
#pragma once
#include "kernels/cluster/kmeans/kmeans_block.hpp"
#include "simd/numbers.hpp"
#include "simd/row_tile.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

constexpr int tile_registers = 2;
constexpr int most_grouped = register_bytes == 64 ? 10 : 6;

// The smaller one, neither NaN. By its own instruction: beside a comparison of the same numbers GCC makes a move under the
// comparison's mask of a < b ? a : b, and the next centre waits three times as long for it.
#if defined(__AVX512F__)
MLMATH_INLINE vec_f64 least(vec_f64 a, vec_f64 b) { return (vec_f64)_mm512_maskz_min_pd(0xff, (__m512d)a, (__m512d)b); }
MLMATH_INLINE vec_f32 least(vec_f32 a, vec_f32 b) { return (vec_f32)_mm512_maskz_min_ps(0xffff, (__m512)a, (__m512)b); }
#elif defined(__AVX2__)
MLMATH_INLINE vec_f64 least(vec_f64 a, vec_f64 b) { return (vec_f64)_mm256_min_pd((__m256d)a, (__m256d)b); }
MLMATH_INLINE vec_f32 least(vec_f32 a, vec_f32 b) { return (vec_f32)_mm256_min_ps((__m256)a, (__m256)b); }
#else
MLMATH_INLINE vec_f64 least(vec_f64 a, vec_f64 b) { return minimum<double>(a, b); }
MLMATH_INLINE vec_f32 least(vec_f32 a, vec_f32 b) { return minimum<float>(a, b); }
#endif

// The smallest number met in each lane and whose it is. Numbers of centres are kept as T's integers, in the comparison's own lanes.
template <class T>
struct Nearest {
    vec<T> value[tile_registers];
    mask<T> index[tile_registers];

    MLMATH_INLINE Nearest() {
        MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) {
            value[r] = broadcast(static_cast<T>(__builtin_inf()));
            index[r] = mask<T>{};
        }
    }
    MLMATH_INLINE void meet(int r, vec<T> v, SignedBits<T> k) {
        const mask<T> smaller = v < value[r];
        value[r] = least(value[r], v);
        index[r] = smaller ? broadcast<SignedBits<T>>(k) : index[r];
    }
    MLMATH_INLINE void labels(std::int32_t* label) const {
        alignas(64) SignedBits<T> number[tile_rows<T>];
        MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) store<SignedBits<T>>(number + r * width<T>, index[r]);
        MLMATH_UNROLL for (int l = 0; l < tile_rows<T>; ++l) label[l] = static_cast<std::int32_t>(number[l]);
    }
};

// The same, and the second smallest.
struct NearestTwo : Nearest<float> {
    vec_f32 second[tile_registers];

    MLMATH_INLINE NearestTwo() { MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) second[r] = value[r]; }
    MLMATH_INLINE void meet(int r, vec_f32 v, std::int32_t k) {
        second[r] = least(second[r], maximum<float>(v, value[r]));
        Nearest<float>::meet(r, v, k);
    }
};

namespace kmeans_detail {

template <class T>
struct Columns {
    const T* tile;
    std::ptrdiff_t count;
    bool first, last;
};

// start_k - 2 x.c_k over some columns for Centers centres: each lane one chain over the columns. The start is |c|^2, or what the
// columns before have left in `scratch`; the end is met by `found`, or left there.
template <class T, int Centers, class Found>
void add_products(const Columns<T>& columns, const T* p, const T* norms, T* scratch, SignedBits<T> k0, Found& found_) {
    vec<T> sum[Centers][tile_registers];
    MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
        MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) sum[k][r] =
            columns.first ? broadcast(norms[k]) : load(scratch + k * tile_rows<T> + r * width<T>);
    }
    const T* tile = columns.tile;
    for (std::ptrdiff_t j = 0; j < columns.count; ++j, p += Centers, tile += tile_rows<T>) {
        const vec<T> x0 = load(tile), x1 = load(tile + width<T>);
        MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
            const vec<T> c = broadcast(p[k]);
            sum[k][0] = fma(x0, c, sum[k][0]);
            sum[k][1] = fma(x1, c, sum[k][1]);
        }
    }
    if (columns.last) {
        Found found = found_;  // in registers
        MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
            MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) found.meet(r, sum[k][r], k0 + k);
        }
        found_ = found;
    } else {
        MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
            MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) store(scratch + k * tile_rows<T> + r * width<T>, sum[k][r]);
        }
    }
}

template <class T, class Found, int Centers = most_grouped>
MLMATH_INLINE void add_group(std::ptrdiff_t group, const Columns<T>& columns, const T* p, const T* norms, T* scratch,
                             SignedBits<T> k0, Found& found) {
    if (group == Centers) return add_products<T, Centers>(columns, p, norms, scratch, k0, found);
    if constexpr (Centers > 1) add_group<T, Found, Centers - 1>(group, columns, p, norms, scratch, k0, found);
}

}  // namespace kmeans_detail

// tile_of(from, count) gives the tile of the columns from, from + 1, ...: at most tile_columns at a time, so that it stays in L1
// while the groups go by. after_group(from, count, g) is called after each group of centres.
template <class T, class Found, class TileOf, class AfterGroup>
MLMATH_INLINE void score_tile(std::ptrdiff_t columns, const PackedCenters<T>& centers, Found& found, TileOf tile_of,
                              AfterGroup after_group) {
    std::ptrdiff_t from = 0;
    do {  // at least once, so that without columns there are labels too
        const std::ptrdiff_t count = columns - from < tile_columns ? columns - from : tile_columns;
        const kmeans_detail::Columns<T> part = {tile_of(from, count), count, from == 0, from + count == columns};
        for (CenterGroup g(centers.clusters, most_grouped); g.size > 0; g.next()) {
            kmeans_detail::add_group<T>(g.size, part, centers.packed + g.first * columns + g.size * from, centers.norms + g.first,
                                        centers.scratch + g.first * tile_rows<T>, static_cast<SignedBits<T>>(g.first), found);
            after_group(from, count, g);
        }
        from += count;
    } while (from < columns);
}

}  // namespace mlmath::MLMATH_LEVEL
