// SPDX-License-Identifier: BSD-3-Clause
// jacobi_eigh: eigenvalues and eigenvectors of real symmetric matrices by Jacobi rotations. Contract.
#pragma once
#include <vector>

#include "core/status.hpp"
#include "core/view.hpp"

namespace mlmath {

/// What every sweep found and did: entry s of off_norm is (sum_{i != j} a_ij^2)^(1/2) before sweep s, with one more after the last;
/// of largest_angle the largest |phi| in radians, and of rotations how many there were (pairs with a negligible a_pq get none).
struct JacobiHistory {
    std::vector<double> off_norm, largest_angle;
    std::vector<std::ptrdiff_t> rotations;
};

/// A = V diag(w) V^T for `count` matrices A of order n, w ascending, V orthogonal.
///
/// Shapes    first: (n, n), any strides; matrix b begins at first.data + b*batch_stride. w: count*n values, v: count*n*n values in
///           row order, eigenvector j in column j; v == nullptr: eigenvalues only, the same bits as with vectors. No aliasing.
/// Reads     the lower triangle (lower == true) or the upper one; the other is never touched.
/// Signs     in every eigenvector the component of largest magnitude is positive (the first of them, should there be several).
/// Result    the same bits for any number of threads and any strides, alone and in a batch, and on every level that has FMA;
///           jacobi_eigh(2^k A) has the bits of 2^k jacobi_eigh(A) while nothing over- or underflows.
/// Error     |A - V diag(w) V^T| <= c n eps |A|, |V^T V - I| <= c n eps with a modest c (measured: below 1 and 2 in the 1-norm).
///           For positive definite A the error of each w is relative to itself: eps times the condition of D A D, where D scales
///           the diagonal to ones [DemmelVeselic1992].
/// Numbers   a matrix with NaN or infinity in the triangle that is read gets NaN everywhere; the others of the batch are unharmed.
/// Cost      about 2 n^3 fused operations per sweep and as many for V; 6 to 11 sweeps (n = 8 to 1000).
/// Status    iterations: the most sweeps a matrix took.
/// Failure   not_converged (index: first such matrix, whose results are NaN) after max_sweeps: never seen on finite data.
///           Interrupted.
/// history   not nullptr: filled for the only matrix (count == 1), in 3 n^2 / 2 more operations a sweep; the same bits of w and v.
/// threads   >= 1: how many may work on it.
template <class T>
Status jacobi_eigh(std::ptrdiff_t count, MatrixView<const T> first, std::ptrdiff_t batch_stride, bool lower, T* w, T* v,
                   int threads, JacobiHistory* history = nullptr);

}  // namespace mlmath
