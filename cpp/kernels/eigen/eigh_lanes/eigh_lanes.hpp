// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes: eigenvalues and eigenvectors of stacks of small symmetric matrices, a lane of a register for each. Contract.
#pragma once
#include "core/stack.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_kernels.hpp"
#include "kernels/eigen/failing_ways.hpp"

namespace mlmath {

/// A = V diag(w) V^T for every matrix of a stack, w ascending, V orthogonal, eigenvectors in columns.
///
/// Shapes    a: (n, n), 1 <= n <= eigh_lanes_most, any strides. w: count * n. v: (n, n), any strides, elements distinct;
///           v.first.data == nullptr: eigenvalues alone. No result shares memory with a or another result.
/// Reads     the lower triangle (lower) or the upper one; what stands in the other does not matter.
/// Method    n <= eigh_lanes_jacobi: cyclic two-sided Jacobi. Above: reflections to tridiagonal form and implicit QL
///           [GolubVanLoan2013, sec. 8.3, 8.5], every lane with its own shifts and its own block.
/// Signs     in every eigenvector the component of largest magnitude is positive, the first of them where several are.
/// Result    depends on n, dtype and the matrix alone: the same bits for any number of threads, strides, place in the stack and
///           count, and on every level that has FMA. 2^k A gives 2^k w and the same v while nothing over- or underflows.
/// Error     |A V - V W| <= c n eps |A|, |V^T V - I| <= c n eps, c about 1.
/// Numbers   info[i]: 0; eigh_lanes_not_finite when the triangle of matrix i has NaN or infinity, its results are NaN. A lane that
///           does not converge (never seen) is done again by jacobi_eigh; were that to fail, 1 and NaN.
/// Cost      tridiagonal form 4/3 n^3 operations, V the same, and some 2.7 n^2 / 2 rotations of 6 n; see the README for times.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void eigh_lanes(const Stack<const T>& a, bool lower, T* w, const Stack<T>& v, int* info, int threads, FailingWays ways = {});

constexpr int eigh_lanes_not_finite = -1;

}  // namespace mlmath
