// SPDX-License-Identifier: BSD-3-Clause
// covariance: sums of products of deviations from the means, of all pairs of variables, in one pass, as states that can be merged
// and continued. Contract.
#pragma once
#include "kernels/reduce/reduction_segments.hpp"

namespace mlmath {

/// Variables observed together: element (variable v, observation k) is data[v*variable_stride + k*observation_stride].
template <class T>
struct Observations {
    const T* data;
    std::ptrdiff_t variables, variable_stride, observation_stride;
};

/// What one state is about: all pairs of the variables of x and y together, or (cross) only pairs of one of x and one of y.
struct CovarianceShape {
    std::ptrdiff_t x_variables, y_variables;
    bool cross;

    std::ptrdiff_t variables() const { return x_variables + y_variables; }
    std::ptrdiff_t rows() const { return cross ? x_variables : variables(); }
    std::ptrdiff_t columns() const { return cross ? y_variables : variables(); }
    /// Doubles: the weight, the means in two parts (their sum is the mean), the matrix of sums by rows.
    std::ptrdiff_t state_size() const { return 1 + 2 * variables() + rows() * columns(); }
};

/// states[s] = W, m_i, c_ij = sum_k w_k (x_ik - m_i)(x_jk - m_j) of the observations of segment s (see reduction_segments.hpp), W =
/// sum w_k, m_i = sum_k w_k x_ik / W.
///
/// Shapes    n > 0 observations of x and (y.variables may be 0) of y, any strides; weights: n, none negative, or null for ones;
///           states: count x shape.state_size(). Not cross: c is symmetric to the last bit.
/// Method    chunks of 1024 observations, in blocks of 40: products of deviations from the mean of the chunk's first block (with
///           weights: of the chunk), repaired by the sums of the deviations; chunks are merged pairwise [Chan1983], means in two
///           doubles.
/// Error     |c_ij - exact| <= f (min(n, 128) + 20 + 4 log2 ceil(n/1024)) eps sqrt(s_i s_j), s_i = sum_k w_k (|x_ik - m_i| + 140
/// eps
///           |m_i|)^2; f = 1 with weights, else f = max over i and chunks of sum_k (x_ik - a_i)^2 / sum_k (x_ik - m_i)^2 for the
///           subtracted a: 1 + 1/40 on average for observations in random order, at most 26 for any, as the block is 1/26 of the
///           chunk
/// Numbers   NaN or an infinity in a variable gives NaN in its rows and columns (an infinity raises "invalid").
/// Order     depends on n and the numbers of variables alone: the same bits for any layout and number of threads.
/// Cost      n v^2 flops for v variables (cross: 2 n v w), every element read once from memory while a chunk of all variables fits
///           the second-level cache (128 variables), twice beyond.
template <class T>
void covariance(Observations<T> x, Observations<T> y, const double* weights, std::ptrdiff_t n, bool cross, const Segment* segments,
                int count, double* states, int threads);

/// The state of both parts' observations together. `out` may be one of them.
void merge_covariance(const CovarianceShape& shape, const double* left, const double* right, double* out);

}  // namespace mlmath
