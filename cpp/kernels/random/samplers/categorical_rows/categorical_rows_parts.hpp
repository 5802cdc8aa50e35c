// SPDX-License-Identifier: BSD-3-Clause
// categorical_rows: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// Weights are added in chunks of 32, as trees of one shape on every level; chunks one after the other.
constexpr std::ptrdiff_t rows_chunk = 32;

enum class RowStatus { fine, nan, infinite, impossible };

template <class T>
using WeightsOfRow = RowStatus (*)(const T* logits, std::ptrdiff_t n, double* weights, double* sums);

// weights[j] = exp(logits[j] - largest), rounded up to whole chunks with zeros; sums[c] = the weights of chunks 0 .. c.
struct CategoricalRowsKernels {
    WeightsOfRow<double> f64;
    WeightsOfRow<float> f32;
};

}  // namespace mlmath
