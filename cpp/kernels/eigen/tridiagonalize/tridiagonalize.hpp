// SPDX-License-Identifier: BSD-3-Clause
// tridiagonalize: A = Q T Q^T for symmetric A, T tridiagonal, by Householder reflections. Contract.
#pragma once
#include "core/view.hpp"
#include "core/workspace.hpp"

namespace mlmath {

class Team;

/// One matrix of order n at a time; the reflections stay here until they have been applied.
///
/// A = Q T Q^T, Q = H_{n-1} ... H_2, H_k = I - tau_k v_k v_k^T with v_k of k elements, the last of them one: row k of A is reduced
/// first for k = n - 1, and what is left is the leading part [GolubVanLoan2013, sec. 8.3.1, from the other end].
///
/// Result    the same bits for any number of threads and any strides, and on every level that has FMA.
/// Error     |A - Q T Q^T| <= c n eps |A| with a modest c (measured: below 1 in the 1-norm).
/// Cost      4/3 n^3 flops; apply: 2 n^2 flops for each column; form: 4/3 n^3.
/// Failure   std::bad_alloc by the workspace; Interrupted.
template <class T>
class Tridiagonalization {
public:
    /// vectors: apply() or form() will be called.
    Tridiagonalization(std::ptrdiff_t n, bool vectors, std::ptrdiff_t deferring_from = deferring);

    /// Orders of what is left above which its changes are kept for a while. Constraint: a triangle that no cache holds should be
    /// read once for each row, and written seldom; one in the last-level cache is written there for nothing, and keeping changes
    /// costs a fifth. Arithmetic: on one thread n = 2000 (16 MB) takes 160 ms when changed at once and 189 when not, n = 4000 (64
    /// MB) 3.6 s and 2.4. Decision: triangles of more than 27 MB.
    static constexpr std::ptrdiff_t deferring = sizeof(T) == 8 ? 2600 : 3676;

    std::size_t bytes() const;
    void take(Workspace& workspace);

    /// The lower or upper triangle of 2^exponent A, whose largest magnitude is about one and finite. d: n diagonal elements of T,
    /// e: n - 1 beside it.
    void reduce(MatrixView<const T> a, bool lower, int exponent, T* d, T* e, int threads);

    /// C <- Q C for C of n rows and any strides, after reduce().
    void apply(MatrixView<T> c, int threads);
    /// q <- Q, n x n, any strides, after reduce().
    void form(MatrixView<T> q, int threads);

private:
    void load(MatrixView<const T> a, bool lower, int exponent, int threads);
    void reduce_rows(std::ptrdiff_t first, std::ptrdiff_t last, bool deferred, Team* team, T* d, T* e);
    void store_vector(std::ptrdiff_t k, const T* v);
    void prepare(std::ptrdiff_t block);
    std::ptrdiff_t block_end(std::ptrdiff_t block) const;

    const std::ptrdiff_t n_, ld_, block_, blocks_;
    const int owners_;
    const bool vectors_;
    const std::ptrdiff_t deferring_from_;
    T *a_ = nullptr, *tau_ = nullptr, *of_step_ = nullptr, *pairs_ = nullptr, *products_ = nullptr, *y_ = nullptr, *gram_ = nullptr;
};

}  // namespace mlmath
