// SPDX-License-Identifier: BSD-3-Clause
// class_scores: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/naive_bayes/class_scores/class_scores.hpp"

namespace mlmath {

// Classes whose sums are kept in registers together (see simd/row_tile.hpp: 4 x 2 registers).
constexpr std::ptrdiff_t class_group = 4;

template <class T>
struct ClassScoresBlock {
    const T* x;  // rows x columns, column stride 1
    std::ptrdiff_t row_stride, rows, columns;
    std::ptrdiff_t classes;
    // Groups of 4 classes (the last of what is left, g): per column g values of a, then (gaussian) g values of b.
    const double* packed;
    const double* c;
    double threshold;
    ClassResult result;
    double* scratch;  // K x rows of a tile
    double* out;      // rows x K
    std::int32_t* labels;
};

// Index: Likelihood. Whether every joint log-likelihood is finite.
struct ClassScoresKernels {
    bool (*f64[3])(const ClassScoresBlock<double>& block);
    bool (*f32[3])(const ClassScoresBlock<float>& block);
};

}  // namespace mlmath
