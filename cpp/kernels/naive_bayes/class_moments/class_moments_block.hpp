// SPDX-License-Identifier: BSD-3-Clause
// class_moments: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// What the rows of one class add up to: sums of the classes stand `stride` doubles apart, padded to whole registers.
struct ClassSums {
    double* weight;  // K
    double* first;   // K x stride: sum s t, or sum s x, or sum s [x > threshold]
    double* second;  // K x stride: sum s t^2; moments alone
};

template <class T>
struct ClassBlock {
    const T* x;  // rows x columns, column stride 1
    std::ptrdiff_t row_stride, rows, columns;
    const std::int32_t* codes;  // or null
    const T* weights;           // contiguous, or null
    const double* shift;        // K x stride, zeros behind the columns: moments alone
    std::ptrdiff_t stride;
    double threshold;
};

struct ClassMomentsKernels {
    void (*moments_f64)(const ClassBlock<double>& block, const ClassSums& sums);
    void (*moments_f32)(const ClassBlock<float>& block, const ClassSums& sums);
    void (*sums_f64)(const ClassBlock<double>& block, const ClassSums& sums);
    void (*sums_f32)(const ClassBlock<float>& block, const ClassSums& sums);
    void (*counts_f64)(const ClassBlock<double>& block, const ClassSums& sums);
    void (*counts_f32)(const ClassBlock<float>& block, const ClassSums& sums);
};

}  // namespace mlmath
