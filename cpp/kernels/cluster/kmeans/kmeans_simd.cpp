// SPDX-License-Identifier: BSD-3-Clause
// kmeans of one block of rows: labels and the sums of the new centres, inertia, distances. Compiled once per level.
#include "kernels/cluster/kmeans/kmeans_block.hpp"
#include "kernels/cluster/kmeans/kmeans_scores.hpp"
#include "kernels/cluster/kmeans/kmeans_sums.hpp"
#include "simd/numbers.hpp"
#include "simd/row_tile.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// ---- rows for the filter ------------------------------------------------------------------------------------------------------

template <class T>
void filter_rows_of_block(const KMeansBlock<T>& block, const T* shift, T scale, const FilterRows& out) {
    const vec<T> limit = broadcast(static_cast<T>(0x1p50) / scale), factor = broadcast(scale);
    const auto frame = [&](const T* s) __attribute__((always_inline)) {
        return [=](vec<T> v, std::ptrdiff_t j)
                   __attribute__((always_inline)) { return minimum<T>(maximum<T>(v - load(s + j), -limit), limit) * factor; };
    };
    for (std::ptrdiff_t i = 0; i < block.rows; i += tile_rows<float>) {
        float* tile = out.tiles + i * block.columns;
        if constexpr (sizeof(T) == sizeof(float)) {
            const std::ptrdiff_t rows = block.rows - i < tile_rows<float> ? block.rows - i : tile_rows<float>;
            fill_row_tile<float>(block.x + i * block.row_stride, block.row_stride, rows, block.columns, tile, frame(shift));
        } else {
            alignas(64) double half[tile_columns * tile_rows<double>];
            for (std::ptrdiff_t h = 0; h < tile_rows<float>; h += tile_rows<double>)
                for (std::ptrdiff_t from = 0; from < block.columns; from += tile_columns) {
                    const std::ptrdiff_t columns = block.columns - from < tile_columns ? block.columns - from : tile_columns;
                    const std::ptrdiff_t left = block.rows - i - h, none = 0;
                    const std::ptrdiff_t rows = left < tile_rows<double> ? (left < none ? none : left) : tile_rows<double>;
                    fill_row_tile<double>(block.x + (i + h) * block.row_stride + from, block.row_stride, rows, columns, half,
                                          frame(shift + from));
                    for (std::ptrdiff_t j = 0; j < columns; ++j)
                        for (int l = 0; l < tile_rows<double>; ++l)
                            tile[(from + j) * tile_rows<float> + h + l] = static_cast<float>(half[j * tile_rows<double> + l]);
                }
        }
        vec_f32 square[tile_registers] = {};
        for (std::ptrdiff_t j = 0; j < block.columns; ++j) MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) {
                const vec_f32 x = load(tile + j * tile_rows<float> + r * width<float>);
                square[r] = fma(x, x, square[r]);
            }
        MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) store(out.norms + i + r * width<float>, square_root(square[r]));
    }
}

// ---- labels -------------------------------------------------------------------------------------------------------------------

// At most a tile of rows, in T's numbers: what a label is by the contract.
template <class T>
MLMATH_INLINE void label_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                              const PackedCenters<T>& centers, T* tile, std::int32_t* label) {
    Nearest<T> nearest;
    score_tile<T>(
        columns, centers, nearest,
        [&](std::ptrdiff_t from, std::ptrdiff_t count) __attribute__((always_inline)) {
            fill_row_tile<T>(x + from, row_stride, rows, count, tile,
                             [&](vec<T> v, std::ptrdiff_t j)
                                 __attribute__((always_inline)) { return v - load(centers.shift + from + j); });
            return static_cast<const T*>(tile);
        },
        [](std::ptrdiff_t, std::ptrdiff_t, const CenterGroup&) {});
    nearest.labels(label);
}

// One row, a centre per lane: the same chains over the columns, the same bits.
template <class T>
std::int32_t label_row(const T* x, std::ptrdiff_t columns, const PackedCenters<T>& centers) {
    constexpr int W = width<T>, parts = (most_grouped + W - 1) / W;
    T smallest = static_cast<T>(__builtin_inf());
    std::ptrdiff_t label = 0;
    for (CenterGroup g(centers.clusters, most_grouped); g.size > 0; g.next()) {
        const T* p = centers.packed + g.first * columns;
        std::ptrdiff_t own[parts];
        vec<T> sum[parts];
        MLMATH_UNROLL for (int r = 0; r < parts; ++r) {
            const std::ptrdiff_t left = g.size - r * W;
            own[r] = left < 0 ? 0 : left < W ? left : W;
            sum[r] = load_first(centers.norms + g.first + r * W, own[r]);
        }
        for (std::ptrdiff_t j = 0; j < columns; ++j, p += g.size) {
            const vec<T> v = broadcast(static_cast<T>(x[j] - centers.shift[j]));
            MLMATH_UNROLL for (int r = 0; r < parts; ++r) sum[r] = fma(v, load_first(p + r * W, own[r]), sum[r]);
        }
        alignas(64) T score[parts * W];
        MLMATH_UNROLL for (int r = 0; r < parts; ++r) store(score + r * W, sum[r]);
        for (std::ptrdiff_t k = 0; k < g.size; ++k)
            if (score[k] < smallest) smallest = score[k], label = g.first + k;
    }
    return static_cast<std::int32_t>(label);
}

// Labels of the whole block by the filter; the rows it is not certain of go into `open`. Returns how many.
MLMATH_INLINE std::ptrdiff_t filter_labels(std::ptrdiff_t rows, std::ptrdiff_t columns, const Filter& filter, std::int32_t* label,
                                           std::int32_t* open) {
    std::ptrdiff_t count = 0;
    const vec_f32 largest = broadcast(filter.largest), slack = broadcast(filter.slack), least = broadcast(filter.least);
    for (std::ptrdiff_t i = 0; i < rows; i += tile_rows<float>) {
        const float* tile = filter.rows.tiles + i * columns;
        // What the hardware fetches ahead is too little where many centres use a tile: the next one comes into L2 while they do,
        // a part after every group but the last.
        const auto fetch_next = [&](std::ptrdiff_t from, std::ptrdiff_t count, const CenterGroup& g)
                                    __attribute__((always_inline)) {
                                        if (g.groups <= 1) return;
                                        const std::ptrdiff_t size = count * tile_rows<float>;
                                        const float* next = tile + (columns + from) * tile_rows<float>;
                                        const std::ptrdiff_t end = size * (g.first + g.size) / (g.first + g.left);
                                        for (std::ptrdiff_t at = size * g.first / (g.first + g.left); at < end; at += 16)
                                            prefetch_far(next + at);
                                    };
        NearestTwo found;
        score_tile<float>(
            columns, filter.centers, found,
            [&](std::ptrdiff_t from, std::ptrdiff_t) __attribute__((always_inline)) { return tile + from * tile_rows<float>; },
            fetch_next);
        found.labels(label + i);
        mask<float> certain[tile_registers];
        MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) {
            const vec_f32 reach = load(filter.rows.norms + i + r * width<float>) + largest;
            certain[r] = found.second[r] - found.value[r] > fma(reach * reach, slack, least);
        }
        if (all(certain[0] & certain[1])) continue;
        for (std::ptrdiff_t l = 0; l < tile_rows<float> && i + l < rows; ++l)
            if (certain[l / width<float>][l % width<float>] == 0) open[count++] = static_cast<std::int32_t>(i + l);
    }
    return count;
}

template <class T>
void add_block(const KMeansBlock<T>& block, std::ptrdiff_t clusters, const ClusterSums& sums) {
    add_to_sums(block, nullptr, block.labels, block.rows, clusters, 1, sums);
}

template <class T>
AssignOutcome assign_block(const KMeansBlock<T>& block, const PackedCenters<T>& centers, const Filter& filter,
                           const ClusterSums& sums) {
    alignas(64) T tile[tile_columns * tile_rows<T>];
    alignas(64) std::int32_t now[kmeans_block_rows], open[kmeans_block_rows];
    AssignOutcome outcome = {0, 0};
    if (filter.rows.tiles != nullptr) {
        outcome.uncertain = filter_labels(block.rows, block.columns, filter, now, open);
        for (std::ptrdiff_t u = 0; u < outcome.uncertain; ++u)
            now[open[u]] = label_row(block.x + open[u] * block.row_stride, block.columns, centers);
    } else {
        for (std::ptrdiff_t i = 0; i < block.rows; i += tile_rows<T>) {
            const std::ptrdiff_t rows = block.rows - i < tile_rows<T> ? block.rows - i : tile_rows<T>;
            label_rows<T>(block.x + i * block.row_stride, block.row_stride, rows, block.columns, centers, tile, now + i);
        }
    }
    alignas(64) std::int32_t changed[kmeans_block_rows + 1], before[kmeans_block_rows], after[kmeans_block_rows];
    outcome.changed = find_changed(block.labels, now, block.rows, changed);
    if (sums.adding == Adding::changed && outcome.changed > 0) {
        for (std::ptrdiff_t i = 0; i < outcome.changed; ++i) before[i] = block.labels[changed[i]], after[i] = now[changed[i]];
        add_to_sums(block, changed, before, outcome.changed, centers.clusters, -1, sums);
        add_to_sums(block, changed, after, outcome.changed, centers.clusters, 1, sums);
    }
    for (std::ptrdiff_t i = 0; i < outcome.changed; ++i) block.labels[changed[i]] = now[changed[i]];
    if (sums.adding == Adding::all) add_block(block, centers.clusters, sums);
    return outcome;
}

// ---- inertia ------------------------------------------------------------------------------------------------------------------

// |x_i - c|^2 in 8 lanes of double on every level. The lanes are added up over the rows as they are; folded for `squares` alone.
template <class T>
void inertia_of_block(const KMeansBlock<T>& block, const double* centers, std::ptrdiff_t stride, double* squares, double* lanes) {
    constexpr int parts = 64 / register_bytes;
    vec_f64 total[parts];
    MLMATH_UNROLL for (int p = 0; p < parts; ++p) total[p] = load(lanes + p * width<double>);
    for (std::ptrdiff_t i = 0; i < block.rows; ++i) {
        const T* x = block.x + i * block.row_stride;
        const double* c = centers + block.labels[i] * stride;
        vec_f64 sum[parts] = {};
        for (std::ptrdiff_t j = 0; j < block.columns; j += 8) {
            MLMATH_UNROLL for (int p = 0; p < parts; ++p) {
                const std::ptrdiff_t at = j + p * width<double>, left = block.columns - at, none = 0;
                const vec_f64 t = left >= width<double> ? load_as_f64(x + at) - load(c + at)
                                                        : load_first_as_f64(x + at, left < none ? none : left) - load(c + at);
                sum[p] = fma(t, t, sum[p]);
            }
        }
        const vec_f64 s = broadcast(block.weights == nullptr ? 1 : static_cast<double>(block.weights[i]));
        MLMATH_UNROLL for (int p = 0; p < parts; ++p) total[p] = fma(s, sum[p], total[p]);
        if (squares == nullptr) continue;
        alignas(64) double lane[8];
        MLMATH_UNROLL for (int p = 0; p < parts; ++p) store(lane + p * width<double>, sum[p]);
        squares[i] = fold_sum<8>(lane);
    }
    MLMATH_UNROLL for (int p = 0; p < parts; ++p) store(lanes + p * width<double>, total[p]);
}

// ---- distances to points ------------------------------------------------------------------------------------------------------

template <int Points>
MLMATH_INLINE void add_squares(const double* tile, std::ptrdiff_t columns, const double* p, double* square) {
    vec_f64 sum[Points][tile_registers];
    MLMATH_UNROLL for (int k = 0; k < Points; ++k) {
        MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) sum[k][r] = load(square + k * tile_rows<double> + r * width<double>);
    }
    for (std::ptrdiff_t j = 0; j < columns; ++j, p += Points) {
        const vec_f64 x0 = load(tile + j * tile_rows<double>), x1 = load(tile + j * tile_rows<double> + width<double>);
        MLMATH_UNROLL for (int k = 0; k < Points; ++k) {
            const vec_f64 c = broadcast(p[k]), t0 = x0 - c, t1 = x1 - c;
            sum[k][0] = fma(t0, t0, sum[k][0]);
            sum[k][1] = fma(t1, t1, sum[k][1]);
        }
    }
    MLMATH_UNROLL for (int k = 0; k < Points; ++k) {
        MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) store(square + k * tile_rows<double> + r * width<double>, sum[k][r]);
    }
}

// Doubles rounded to T, as doubles.
MLMATH_INLINE vec_f64 rounded_to(vec_f64 v, double) { return v; }
MLMATH_INLINE vec_f64 rounded_to(vec_f64 v, float) {
    float lane[width<double>];
    MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) lane[l] = static_cast<float>(v[l]);
    return load_as_f64(lane);
}
template <class T>
MLMATH_INLINE void store_rounded(T* p, vec_f64 v, std::ptrdiff_t n) {
    if (n == width<double>) {
        MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) p[l] = static_cast<T>(v[l]);
    } else {
        for (std::ptrdiff_t l = 0; l < n; ++l) p[l] = static_cast<T>(v[l]);
    }
}

// Squares of one tile, rows of the tile in lanes, to where they belong.
template <class T>
MLMATH_INLINE void deliver(const KMeansBlock<T>& block, const DistancesBlock<T>& what, std::ptrdiff_t i, std::ptrdiff_t rows) {
    constexpr int W = width<double>;
    for (std::ptrdiff_t p = 0; p < what.points; ++p) {
        double* square = what.scratch + p * tile_rows<double>;
        T* out = what.out + p * what.out_point_stride + i * what.out_row_stride;
        if (what.root) {
            MLMATH_UNROLL for (int r = 0; r < tile_registers; ++r) store(square + r * W, square_root(load(square + r * W)));
            for (std::ptrdiff_t l = 0; l < rows; ++l) out[l * what.out_row_stride] = static_cast<T>(square[l]);
            continue;
        }
        for (std::ptrdiff_t l = 0; l < rows; l += W) {  // rows i + l, ... go to the lanes (i + l) & 7, ...
            const std::ptrdiff_t count = rows - l < W ? rows - l : W;
            vec_f64 v = rounded_to(load(square + l), T());
            if (what.closest != nullptr) v = least(load_first_as_f64(what.closest + i + l, count), v);
            store_rounded(out + l, v, count);
            v = select<double>(first_lanes<double>(count), v, vec_f64{});
            const vec_f64 s = block.weights == nullptr ? broadcast(1.0) : load_first_as_f64(block.weights + i + l, count);
            double* lanes = what.potential + 8 * p + ((i + l) & 7);
            store(lanes, fma(s, v, load(lanes)));
        }
    }
}

template <class T>
void distances_of_block(const KMeansBlock<T>& block, const DistancesBlock<T>& what) {
    alignas(64) double tile[tile_columns * tile_rows<double>];
    for (std::ptrdiff_t i = 0; i < block.rows; i += tile_rows<double>) {
        const std::ptrdiff_t rows = block.rows - i < tile_rows<double> ? block.rows - i : tile_rows<double>;
        for (std::ptrdiff_t s = 0; s < what.points * tile_rows<double>; ++s) what.scratch[s] = 0;
        for (std::ptrdiff_t from = 0; from < block.columns; from += tile_columns) {
            const std::ptrdiff_t columns = block.columns - from < tile_columns ? block.columns - from : tile_columns;
            fill_row_tile<double>(block.x + i * block.row_stride + from, block.row_stride, rows, columns, tile,
                                  [](vec_f64 v, std::ptrdiff_t) __attribute__((always_inline)) { return v; });
            for (std::ptrdiff_t p = 0; p < what.points; p += point_group) {
                const std::ptrdiff_t group = what.points - p < point_group ? what.points - p : point_group;
                const double* packed = what.packed + p * block.columns + group * from;
                double* square = what.scratch + p * tile_rows<double>;
                if (group == 4)
                    add_squares<4>(tile, columns, packed, square);
                else if (group == 3)
                    add_squares<3>(tile, columns, packed, square);
                else if (group == 2)
                    add_squares<2>(tile, columns, packed, square);
                else
                    add_squares<1>(tile, columns, packed, square);
            }
        }
        deliver(block, what, i, rows);
    }
}

}  // namespace

extern const KMeansKernels kmeans_kernels;
const KMeansKernels kmeans_kernels = {
    {filter_rows_of_block<double>, assign_block<double>, add_block<double>, inertia_of_block<double>, distances_of_block<double>},
    {filter_rows_of_block<float>, assign_block<float>, add_block<float>, inertia_of_block<float>, distances_of_block<float>},
    most_grouped};

}  // namespace mlmath::MLMATH_LEVEL
