// SPDX-License-Identifier: BSD-3-Clause
// kmeans of one block of rows: labels fused with the sums of the new centres, inertia, distances. Compiled once per level.
#include "kernels/cluster/kmeans/kmeans_block.hpp"
#include "simd/numbers.hpp"
#include "simd/row_tile.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int registers = 2;

// ---- labels -------------------------------------------------------------------------------------------------------------------

// The smallest number met in each lane and whose it is. Numbers of centres are kept as T's integers, in the comparison's own lanes.
template <class T>
struct Nearest {
    vec<T> value[registers];
    mask<T> index[registers];

    MLMATH_INLINE void meet(int r, vec<T> v, SignedBits<T> k) {
        const mask<T> smaller = v < value[r];
        value[r] = select<T>(smaller, v, value[r]);
        index[r] = smaller ? broadcast<SignedBits<T>>(k) : index[r];
    }
};

// start_k - 2 x.c_k over `columns` columns for Centers centres: each lane one chain over the columns. The start is |c|^2, or what
// the columns before have left in `scratch`; the end is met by `nearest`, or left there.
template <class T, int Centers>
MLMATH_INLINE void add_products(const T* tile, std::ptrdiff_t columns, const T* p, const T* norms, T* scratch, bool first,
                                bool last, SignedBits<T> k0, Nearest<T>& nearest) {
    vec<T> sum[Centers][registers];
    MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) sum[k][r] =
            first ? broadcast(norms[k]) : load(scratch + k * tile_rows<T> + r * width<T>);
    }
    for (std::ptrdiff_t j = 0; j < columns; ++j, p += Centers) {
        const vec<T> x0 = load(tile + j * tile_rows<T>), x1 = load(tile + j * tile_rows<T> + width<T>);
        MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
            const vec<T> c = broadcast(p[k]);
            sum[k][0] = fma(x0, c, sum[k][0]);
            sum[k][1] = fma(x1, c, sum[k][1]);
        }
    }
    if (last) {
        MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
            MLMATH_UNROLL for (int r = 0; r < registers; ++r) nearest.meet(r, sum[k][r], k0 + k);
        }
    } else {
        MLMATH_UNROLL for (int k = 0; k < Centers; ++k) {
            MLMATH_UNROLL for (int r = 0; r < registers; ++r) store(scratch + k * tile_rows<T> + r * width<T>, sum[k][r]);
        }
    }
}

template <class T>
MLMATH_INLINE void labels_of_tile(const KMeansBlock<T>& block, const PackedCenters<T>& centers, std::ptrdiff_t row,
                                  std::ptrdiff_t rows, T* tile, std::int32_t* label) {
    Nearest<T> nearest;
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
        nearest.value[r] = broadcast(static_cast<T>(__builtin_inf()));
        nearest.index[r] = mask<T>{};
    }
    const T* x = block.x + row * block.row_stride;
    std::ptrdiff_t from = 0;
    do {  // at least once, so that without columns there are labels too
        const std::ptrdiff_t columns = block.columns - from < tile_columns ? block.columns - from : tile_columns;
        const bool first = from == 0, last = from + columns == block.columns;
        fill_row_tile<T>(x + from, block.row_stride, rows, columns, tile,
                         [&](vec<T> v, std::ptrdiff_t j)
                             __attribute__((always_inline)) { return v - load(centers.shift + from + j); });
        for (std::ptrdiff_t k = 0; k < centers.clusters; k += center_group) {
            const std::ptrdiff_t group = centers.clusters - k < center_group ? centers.clusters - k : center_group;
            const T* p = centers.packed + k * block.columns + group * from;
            T* scratch = centers.scratch + k * tile_rows<T>;
            const auto k0 = static_cast<SignedBits<T>>(k);
            if (group == 4)
                add_products<T, 4>(tile, columns, p, centers.norms + k, scratch, first, last, k0, nearest);
            else if (group == 3)
                add_products<T, 3>(tile, columns, p, centers.norms + k, scratch, first, last, k0, nearest);
            else if (group == 2)
                add_products<T, 2>(tile, columns, p, centers.norms + k, scratch, first, last, k0, nearest);
            else
                add_products<T, 1>(tile, columns, p, centers.norms + k, scratch, first, last, k0, nearest);
        }
        from += columns;
    } while (from < block.columns);
    alignas(64) SignedBits<T> index[tile_rows<T>];
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) store<SignedBits<T>>(index + r * width<T>, nearest.index[r]);
    MLMATH_UNROLL for (int l = 0; l < tile_rows<T>; ++l) label[l] = static_cast<std::int32_t>(index[l]);
}

template <class T>
MLMATH_INLINE void add_row(const T* x, std::ptrdiff_t columns, double s, double* sum) {
    const vec_f64 sv = broadcast(s);
    std::ptrdiff_t j = 0;
    for (; j + width<double> <= columns; j += width<double>) store(sum + j, fma(load_as_f64(x + j), sv, load(sum + j)));
    if (j < columns) store(sum + j, fma(load_first_as_f64(x + j, columns - j), sv, load(sum + j)));
}

template <class T>
bool assign_block(const KMeansBlock<T>& block, const PackedCenters<T>& centers, const ClusterSums& sums) {
    alignas(64) T tile[tile_columns * tile_rows<T>];
    std::int32_t label[tile_rows<T>], changed = 0;
    for (std::ptrdiff_t i = 0; i < block.rows; i += tile_rows<T>) {
        const std::ptrdiff_t rows = block.rows - i < tile_rows<T> ? block.rows - i : tile_rows<T>;
        labels_of_tile(block, centers, i, rows, tile, label);
        for (std::ptrdiff_t l = 0; l < rows; ++l) {
            changed |= block.labels[i + l] ^ label[l];
            block.labels[i + l] = label[l];
        }
        if (sums.sums == nullptr) continue;
        for (std::ptrdiff_t l = 0; l < rows; ++l) {  // the rows are in L1 still
            const double s = block.weights == nullptr ? 1 : static_cast<double>(block.weights[i + l]);
            sums.weight[label[l]] += s;
            add_row(block.x + (i + l) * block.row_stride, block.columns, s, sums.sums + label[l] * sums.stride);
        }
    }
    return changed != 0;
}

// ---- inertia ------------------------------------------------------------------------------------------------------------------

// |x_i - c|^2 in 8 lanes of double on every level, folded; rows alternate between 8 sums.
template <class T>
void inertia_of_block(const KMeansBlock<T>& block, const double* centers, std::ptrdiff_t stride, double* squares, double* lanes) {
    constexpr int parts = 64 / register_bytes;
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
        alignas(64) double lane[8];
        MLMATH_UNROLL for (int p = 0; p < parts; ++p) store(lane + p * width<double>, sum[p]);
        const double square = fold_sum<8>(lane);
        if (squares != nullptr) squares[i] = square;
        lanes[i & 7] += block.weights == nullptr ? square : static_cast<double>(block.weights[i]) * square;
    }
}

// ---- distances to points ------------------------------------------------------------------------------------------------------

template <int Points>
MLMATH_INLINE void add_squares(const double* tile, std::ptrdiff_t columns, const double* p, double* square) {
    vec_f64 sum[Points][registers];
    MLMATH_UNROLL for (int k = 0; k < Points; ++k) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) sum[k][r] = load(square + k * tile_rows<double> + r * width<double>);
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
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) store(square + k * tile_rows<double> + r * width<double>, sum[k][r]);
    }
}

// Squares of one tile, rows of the tile in lanes, to where they belong.
template <class T>
MLMATH_INLINE void deliver(const KMeansBlock<T>& block, const DistancesBlock<T>& what, std::ptrdiff_t i, std::ptrdiff_t rows) {
    for (std::ptrdiff_t p = 0; p < what.points; ++p) {
        const double* square = what.scratch + p * tile_rows<double>;
        T* out = what.out + p * what.out_point_stride + i * what.out_row_stride;
        if (what.root) {
            for (std::ptrdiff_t l = 0; l < rows; ++l) out[l * what.out_row_stride] = static_cast<T>(root(square[l]));
            continue;
        }
        double* lanes = what.potential + 8 * p;
        for (std::ptrdiff_t l = 0; l < rows; ++l) {
            T v = static_cast<T>(square[l]);
            if (what.closest != nullptr && what.closest[i + l] < v) v = what.closest[i + l];
            out[l] = v;
            lanes[(i + l) & 7] += block.weights == nullptr ? static_cast<double>(v)
                                                           : static_cast<double>(block.weights[i + l]) * static_cast<double>(v);
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
            for (std::ptrdiff_t p = 0; p < what.points; p += center_group) {
                const std::ptrdiff_t group = what.points - p < center_group ? what.points - p : center_group;
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
const KMeansKernels kmeans_kernels = {{assign_block<double>, inertia_of_block<double>, distances_of_block<double>},
                                      {assign_block<float>, inertia_of_block<float>, distances_of_block<float>}};

}  // namespace mlmath::MLMATH_LEVEL
