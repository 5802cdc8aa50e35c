// SPDX-License-Identifier: BSD-3-Clause
// Some eigenvalues of a symmetric matrix and their vectors. Contract.
#pragma once
#include <cstddef>
#include <memory>

#include "core/view.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/tridiagonalize/tridiagonalize.hpp"

namespace mlmath {

/// One matrix A = Q T Q^T: reduced once, then asked for the eigenvalues number from, ..., to - 1 in ascending order, counted from
/// 0.
///
/// Reads     the lower triangle (lower == true) or the upper one.
/// Method    those of T (eigh_tridiagonal), their vectors brought back with Q.
/// Signs     in every vector the component of largest magnitude is positive (the first of them).
/// Result    the same bits for any number of threads and strides, and on every level that has FMA; 2^k A gives 2^k w.
/// Error     as eigh.
/// Cost      4/3 n^3 flops; for k vectors 2 n^2 k more, or 4/3 n^3 + 2 n^2 k by divide and conquer.
/// Failure   std::bad_alloc, Interrupted.
template <class T>
class EighSubset {
public:
    /// vectors: solve() will be asked for them.
    EighSubset(MatrixView<const T> a, bool lower, bool vectors);

    /// False when there is NaN or infinity in the triangle; nothing else may be called then.
    bool reduce(int threads);
    /// How many eigenvalues are at most x; x may be infinite.
    std::ptrdiff_t count_up_to(double x) const;
    /// w: to - from values; v: n x (to - from), any strides, or data == nullptr. False: no convergence (never seen).
    bool solve(std::ptrdiff_t from, std::ptrdiff_t to, T* w, MatrixView<T> v, int threads);

private:
    const MatrixView<const T> a_;
    const std::ptrdiff_t n_;
    const bool lower_;
    int exponent_ = 0;
    Tridiagonalization<T> reduced_;
    std::unique_ptr<Workspace> workspace_;
    T *d_ = nullptr, *e_ = nullptr;
};

}  // namespace mlmath
