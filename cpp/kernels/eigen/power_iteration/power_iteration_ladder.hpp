// SPDX-License-Identifier: BSD-3-Clause
// power_iteration, the ladder: several eigenpairs of largest magnitude, from one vector at a time to a subspace. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

// a: (n, n), symmetric, |eigenvalues| different; w: k numbers, v: (n, k), any strides: the k eigenvalues of largest magnitude, the
// largest first, and their vectors. All rungs start from the same numbers and end when |A v_j - w_j v_j| <= power_tolerance |w_1|
// for every j. False: not after power_most_steps steps. Entries of A beyond 1e+-150 (float32: 1e+-18) over- or underflow when
// squared.

/// Residuals that sums of n products allow, relative to the largest eigenvalue. The first two rungs allow the j-th vector j times
/// as much: it has the errors of those before it that it is orthogonal to.
template <class T>
T power_tolerance(std::ptrdiff_t n);

/// Products with A that every rung may take.
constexpr std::ptrdiff_t power_most_steps = 100000;

/// Rung 1: power iteration, and again orthogonal to what has been found. Loops as written down.
template <class T>
bool power_iteration_textbook(MatrixView<const T> a, T* w, MatrixView<T> v, int threads);

/// Rung 2: the same steps, products by gemm: in vectors, in threads.
template <class T>
bool power_iteration_products(MatrixView<const T> a, T* w, MatrixView<T> v, int threads);

/// Rung 3: orthogonal iteration, all k columns at once, V R = A V: A is read once for all of them.
template <class T>
bool power_iteration_orthogonal(MatrixView<const T> a, T* w, MatrixView<T> v, int threads);

/// Rung 4: subspace iteration in 2 k columns with Rayleigh and Ritz's pairs: |lambda_2k+1 / lambda_j| a step instead of
/// |lambda_j+1 / lambda_j|. It is mlmath::power_iteration.
template <class T>
bool power_iteration_subspace(MatrixView<const T> a, T* w, MatrixView<T> v, int threads);

}  // namespace mlmath::ladder
