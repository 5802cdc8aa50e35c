// SPDX-License-Identifier: BSD-3-Clause
// eigh: eigenvalues and eigenvectors of symmetric matrices, alone and in stacks. Contract.
#pragma once
#include "core/stack.hpp"
#include "kernels/eigen/failing_ways.hpp"

namespace mlmath {

/// info of a matrix with NaN or infinity in the triangle that is read: w and v are NaN then.
constexpr int eigh_not_finite = -1;

/// A = V diag(w) V^T for every matrix of a stack, w ascending, V orthogonal with the eigenvectors in its columns.
///
/// Shapes    a, v: (n, n), any strides, stacks of the same shape, no aliasing. v.first.data == nullptr: eigenvalues alone. w:
///           count n values; info: count.
/// Reads     the lower triangle (lower == true) or the upper one; what the other holds does not matter.
/// Signs     in every eigenvector the component of largest magnitude is positive (the first of them, should there be several).
/// Result    the same bits for any number of threads, strides and alignment, and on every level that has FMA. Four or more
///           matrices up to 32 x 32 take another algorithm than one alone, up to 8 x 8 the same (eigh_lanes); eigenvalues alone
///           take another than with vectors.
///           eigh(2^k A) has the bits of 2^k eigh(A) while nothing over- or underflows.
/// Error     |A - V diag(w) V^T| <= c n eps |A|, |V^T V - I| <= c n eps with a modest c (measured: below 5 in the 1-norm, the
///           largest for n = 2 .. 5).
/// Numbers   a matrix with NaN or infinity in its triangle gets NaN everywhere and eigh_not_finite; the others are unharmed.
/// Cost      4/3 n^3 flops for values; with vectors another 2 n^3, and up to 4/3 n^3 (n > 48; 5 n^3 below).
/// info      0; eigh_not_finite; positive: no convergence, the results are NaN (never seen: divide and conquer falls back to QL,
///           and that to Jacobi rotations).
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (results are then unspecified).
/// threads   >= 1: how many may work on it.
/// ways      for tests: what is to be taken for failed.
template <class T>
void eigh(const Stack<const T>& a, bool lower, T* w, const Stack<T>& v, int* info, int threads, FailingWays ways = {});

/// Orders up to which the tridiagonal matrix goes by QL where vectors are wanted, of real and of complex matrices. Constraint: QL's
/// chain of rotations is 0.85 n^2 long; divide and conquer has many loops to begin, and Q is then applied in blocks instead of
/// being formed by single reflections. Arithmetic: with all of that, n = 48 takes 25 us by QL and 26 by divide and conquer, n = 64
/// 51 and 44. Decision: 48.
constexpr std::ptrdiff_t eigh_ql_most = 48;

}  // namespace mlmath
