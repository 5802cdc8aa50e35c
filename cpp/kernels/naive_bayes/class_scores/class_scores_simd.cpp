// SPDX-License-Identifier: BSD-3-Clause
// class_scores of one block of rows, a tile of rows in lanes at a time. Compiled once per level.
#include "kernels/naive_bayes/class_scores/class_scores_block.hpp"
#include "simd/block_transpose.hpp"
#include "simd/math.hpp"
#include "simd/row_tile.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int rows_of_tile = tile_rows<double>, registers = 2;

// score[k] += the terms of `columns` columns, for Classes classes. Each lane is one chain over the columns.
template <Likelihood likelihood, int Classes>
MLMATH_INLINE void add_columns(const double* tile, std::ptrdiff_t columns, const double* p, double threshold, double* score) {
    vec_f64 sum[Classes][registers];
    MLMATH_UNROLL for (int k = 0; k < Classes; ++k) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) sum[k][r] = load(score + k * rows_of_tile + r * width<double>);
    }
    for (std::ptrdiff_t j = 0; j < columns; ++j) {
        vec_f64 x[registers];
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            x[r] = load(tile + j * rows_of_tile + r * width<double>);
            if constexpr (likelihood == Likelihood::bernoulli)
                x[r] = select<double>(x[r] > broadcast(threshold), broadcast(1.0), vec_f64{});
        }
        MLMATH_UNROLL for (int k = 0; k < Classes; ++k) {
            const vec_f64 a = broadcast(p[k]);
            MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
                if constexpr (likelihood == Likelihood::gaussian) {
                    const vec_f64 t = (x[r] - a) * broadcast(p[Classes + k]);
                    sum[k][r] = fma(t, t, sum[k][r]);
                } else {
                    sum[k][r] = fma(x[r], a, sum[k][r]);
                }
            }
        }
        p += likelihood == Likelihood::gaussian ? 2 * Classes : Classes;
    }
    MLMATH_UNROLL for (int k = 0; k < Classes; ++k) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) store(score + k * rows_of_tile + r * width<double>, sum[k][r]);
    }
}

// Exponent bits all ones: infinite or NaN, without a comparison that would raise a flag.
MLMATH_INLINE mask<double> not_finite(vec_f64 v) {
    const vec_i64 exponent = broadcast<std::int64_t>(0x7ff0000000000000);
    return ((vec_i64)v & exponent) == exponent;
}

// Sums become joint log-likelihoods, then what was asked for. Register by register: rows do not meet.
template <Likelihood likelihood>
MLMATH_INLINE mask<double> finish_tile(const ClassScoresBlock<double>& block, double* score, std::int32_t* label) {
    mask<double> infinite{};
    for (int r = 0; r < registers; ++r) {
        double* s = score + r * width<double>;
        vec_f64 largest{}, best{};
        for (std::ptrdiff_t k = 0; k < block.classes; ++k) {
            const vec_f64 sum = load(s + k * rows_of_tile), c = broadcast(block.c[k]);
            const vec_f64 joint = likelihood == Likelihood::gaussian ? fma(sum, broadcast(-0.5), c) : sum + c;
            store(s + k * rows_of_tile, joint);
            infinite = infinite | not_finite(joint);
            const mask<double> larger = joint > largest;
            best = k == 0 ? vec_f64{} : select<double>(larger, broadcast(static_cast<double>(k)), best);
            largest = k == 0 ? joint : select<double>(larger, joint, largest);
        }
        if (block.result == ClassResult::label) {
            for (int l = 0; l < width<double>; ++l) label[r * width<double> + l] = static_cast<std::int32_t>(best[l]);
            continue;
        }
        if (block.result == ClassResult::joint) continue;
        vec_f64 total{};
        for (std::ptrdiff_t k = 0; k < block.classes; ++k) {
            const vec_f64 below = load(s + k * rows_of_tile) - largest, e = exp(below);
            total = total + e;
            store(s + k * rows_of_tile, block.result == ClassResult::probability ? e : below);
        }
        const vec_f64 log_total = block.result == ClassResult::probability ? vec_f64{} : log(total);
        for (std::ptrdiff_t k = 0; k < block.classes; ++k) {
            const vec_f64 v = load(s + k * rows_of_tile);
            store(s + k * rows_of_tile, block.result == ClassResult::probability ? v / total : v - log_total);
        }
    }
    return infinite;
}

template <Likelihood likelihood>
void add_groups(const double* tile, std::ptrdiff_t from, std::ptrdiff_t columns, const ClassScoresBlock<double>& block) {
    constexpr std::ptrdiff_t values = likelihood == Likelihood::gaussian ? 2 : 1;
    for (std::ptrdiff_t k = 0; k < block.classes; k += class_group) {
        const std::ptrdiff_t group = block.classes - k < class_group ? block.classes - k : class_group;
        const double* p = block.packed + (k * block.columns + group * from) * values;
        double* score = block.scratch + k * rows_of_tile;
        if (group == 4)
            add_columns<likelihood, 4>(tile, columns, p, block.threshold, score);
        else if (group == 3)
            add_columns<likelihood, 3>(tile, columns, p, block.threshold, score);
        else if (group == 2)
            add_columns<likelihood, 2>(tile, columns, p, block.threshold, score);
        else
            add_columns<likelihood, 1>(tile, columns, p, block.threshold, score);
    }
}

template <class T, Likelihood likelihood>
bool scores_of_block(const ClassScoresBlock<T>& block) {
    alignas(64) double tile[tile_columns * rows_of_tile];
    std::int32_t label[rows_of_tile];
    const ClassScoresBlock<double> plain = {nullptr,      0,           block.rows,      block.columns, block.classes,
                                            block.packed, block.c,     block.threshold, block.result,  block.scratch,
                                            block.out,    block.labels};
    mask<double> infinite{};
    for (std::ptrdiff_t i = 0; i < block.rows; i += rows_of_tile) {
        const std::ptrdiff_t rows = block.rows - i < rows_of_tile ? block.rows - i : rows_of_tile;
        const T* x = block.x + i * block.row_stride;
        for (std::ptrdiff_t s = 0; s < block.classes * rows_of_tile; ++s) block.scratch[s] = 0;
        for (std::ptrdiff_t j = 0; j < block.columns; j += tile_columns) {
            const std::ptrdiff_t columns = block.columns - j < tile_columns ? block.columns - j : tile_columns;
            fill_row_tile<double>(x + j, block.row_stride, rows, columns, tile,
                                  [](vec_f64 v, std::ptrdiff_t) __attribute__((always_inline)) { return v; });
            add_groups<likelihood>(tile, j, columns, plain);
        }
        infinite = infinite | finish_tile<likelihood>(plain, block.scratch, label);
        if (block.result == ClassResult::label)
            for (std::ptrdiff_t l = 0; l < rows; ++l) block.labels[i + l] = label[l];
        else
            transpose_block<double>(block.scratch, rows_of_tile, block.classes, rows, block.out + i * block.classes, block.classes);
    }
    return !any(infinite);
}

}  // namespace

extern const ClassScoresKernels class_scores_kernels;
const ClassScoresKernels class_scores_kernels = {
    {scores_of_block<double, Likelihood::gaussian>, scores_of_block<double, Likelihood::multinomial>,
     scores_of_block<double, Likelihood::bernoulli>},
    {scores_of_block<float, Likelihood::gaussian>, scores_of_block<float, Likelihood::multinomial>,
     scores_of_block<float, Likelihood::bernoulli>}};

}  // namespace mlmath::MLMATH_LEVEL
