// SPDX-License-Identifier: BSD-3-Clause
// sgd: what the driver and the per-level units agree on: a run of rows.
#pragma once
#include "kernels/linear_model/sgd/sgd.hpp"

namespace mlmath {

// Constraint: steps, targets and weights of the rows are prepared in registers, before the rows are worked on one by one, and the
//   losses are added up in registers behind them. Arithmetic: five numbers a row; 256 rows are 10 KiB, beside the weights in L1.
// Decision: 256 rows at a time.
constexpr std::ptrdiff_t sgd_block_rows = 256;

// Sums over the columns run in 32 lanes of doubles on every level, as all reductions (vec.hpp): 4 registers of 64 bytes, 8 of 32,
// 16 of 16. Weights are padded with zeros to whole lanes.
constexpr std::ptrdiff_t sgd_lanes = 32;

// Constraint: w grows as the scale falls; neither may leave the range. Decision: settled far inside it, at scikit-learn's
//   threshold, so that both round in the same places.
template <class T>
constexpr double sgd_least_scale = sizeof(T) == 8 ? 1e-9 : 1e-6;

constexpr bool sgd_is_passive(SgdRate rate) { return rate >= SgdRate::passive_aggressive_1; }

// The weights are scale * w: shrinking them is one multiplication instead of d.
template <class T>
struct SgdState {
    T *w, *average, *penalty;  // penalty: L1 applied so far to each weight; null when l1 == 0. average: null when not wanted
    double scale, squares,
        magnitudes;  // squares: sum (scale w)^2, magnitudes: sum |scale w|, both as of the last addition of a row
    double intercept, average_intercept;
    double average_a, average_b;  // the averaged weights are (average + average_a w) / average_b [Bottou2012, sec. 5.1]
    double t, eta, l1_total;
    double losses, penalties;  // sums of this epoch
};

template <class T>
struct SgdProblem {
    SgdData<T> data;
    SgdOptions options;
    std::int32_t positive;
    T positive_weight, negative_weight;
    double optimal_start;  // t0 of SgdRate::optimal
    bool watch;            // whether the objective is wanted
};

struct SgdKernels {
    // The rows order[0] .. order[count - 1], count <= sgd_block_rows; order is known up to order[known - 1], for asking ahead.
    void (*f64)(const SgdProblem<double>&, SgdState<double>&, const std::int32_t* order, std::ptrdiff_t count,
                std::ptrdiff_t known);
    void (*f32)(const SgdProblem<float>&, SgdState<float>&, const std::int32_t* order, std::ptrdiff_t count, std::ptrdiff_t known);
    // p[i] = x . w for the rows order[i], i < count.
    void (*scores_f64)(const SgdData<double>&, const double* w, const std::int32_t* order, std::ptrdiff_t count, double* p);
    void (*scores_f32)(const SgdData<float>&, const float* w, const std::int32_t* order, std::ptrdiff_t count, double* p);
    // scale <- 1, the averages brought up to date.
    void (*settle_f64)(SgdState<double>&, std::ptrdiff_t columns);
    void (*settle_f32)(SgdState<float>&, std::ptrdiff_t columns);
};

}  // namespace mlmath
