// SPDX-License-Identifier: BSD-3-Clause
// class_moments: weight, mean and squared deviations of every column in every class; sums and counts by class. Contract.
#pragma once
#include <cstdint>

#include "core/view.hpp"

namespace mlmath {

template <class T>
struct LabelledRows {
    MatrixView<const T> x;        // (n, d), n >= 1, any strides
    const std::int32_t* codes;    // n of them, in [0, K); nullptr: all rows are of class 0
    VectorView<const T> weights;  // (n,), any stride; data == nullptr: all 1
};

/// With k = code of row i and weights s_i,
///   weight_k = sum_{i in k} s_i,   mean_kj = sum_{i in k} s_i x_ij / weight_k,   squares_kj = sum_{i in k} s_i (x_ij - mean_kj)^2.
///
/// Shapes    weight: K; mean, squares: K x d, all contiguous. A class of weight 0 gets zeros.
/// Method    sums of t and t^2, t = x - c, with c the mean of the class's first 8 rows; squares = sum t^2 - (sum t)^2 / weight.
///           Where that takes away more than four fifths of the first term for some class and column, a second pass with c = mean.
/// Error     mean: (512 + r) eps of the mean's and the largest deviation's size; squares: 6 (512 + r) eps of itself, with r =
///           n / 32768 + 64 additions of partial sums. A column that is constant in a class gets exactly itself and 0.
/// Result    the same bits for any threads and strides, and on every level that has FMA.
/// Numbers   NaN or infinity in x or the weights gives sums that are not finite in its class and column (not in others).
/// Cost      6nd flops, x read once from memory, or twice; scratch: 64 partial sums at most.
/// Failure   std::invalid_argument (shapes, a code outside of [0, K)); Interrupted (results are then unspecified).
template <class T>
void class_moments(const LabelledRows<T>& data, std::ptrdiff_t classes, double* weight, double* mean, double* squares, int threads);

/// sums_kj = sum_{i in k} s_i x_ij, or with a threshold h the counts sum_{i in k} s_i [x_ij > h]; weight as above. The rest as
/// above; error (512 + r) eps sum |s_i x_ij|: none for counts of fewer than 2^53. No x is compared when it is NaN: see that there
/// is none.
template <class T>
void class_sums(const LabelledRows<T>& data, std::ptrdiff_t classes, const T* threshold, double* weight, double* sums, int threads);

}  // namespace mlmath
