// SPDX-License-Identifier: BSD-3-Clause
// lu: Gaussian elimination with partial pivoting. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// P A = L U for every matrix of a stack, L unit lower triangular (m x p), U upper triangular (p x n), p = min(m, n):
/// u_kj = a_kj - sum_{q<k} l_kq u_qj for j >= k, l_ik = (a_ik - sum_{q<k} l_iq u_qk) / u_kk for i > k, where before step k row k
/// and the row of the largest |a_ik|, i >= k, change places; of equal ones the first (LAPACK's rule).
///
/// Shapes    a: (m, n), any strides; lu: (m, n), rows of adjacent elements (column stride 1): U on and above the diagonal, L below
///           it without its ones. pivots: p numbers for each matrix; pivots[k] >= k is the row that row k changed places with.
///           lu and a share no memory, or are one view.
/// Order     fixed by m and n alone. In a panel of lu_block columns: term after term, q increasing, by fma, then times the rounded
///           1 / u_kk (a division where |u_kk| is below the smallest normal number). More columns go panel after panel: exchanges,
///           trsm and gemm for what lies right of one. Same bits for any number of threads, strides, alone or in a stack, and on
///           every level that has FMA. Powers of two go through exactly (barring over- and underflow).
/// Error     |P A - L U| <= gamma |L| |U|, gamma ~ n eps, componentwise [Higham2002, thm 9.3]; |l_ik| <= 1. |U| may grow up to
///           2^(n-1) fold and in practice does not.
/// Numbers   info[i] = 0; or k > 0: u_kk is the first pivot that is exactly zero: A is singular, the factors are finished all the
///           same. A NaN is no pivot unless it stands on the diagonal; NaN and infinities then propagate. Returns how many info
///           are not 0.
/// Cost      p^2 (max(m, n) - p / 3) flops for each, 2 n^3 / 3 when square; workspace: 8 m numbers, trsm's and gemm's, and a
///           copy of a matrix whose rows are a multiple of 1 KiB apart.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
std::ptrdiff_t lu(const Stack<const T>& a, const Stack<T>& lu, int* pivots, int* info, int threads);

/// The same for one matrix in place. Returns its info.
template <class T>
int lu_in_place(MatrixView<T> a, int* pivots, int threads);

/// Rows of b change places as they did in a factorization: step by step, `count` of them.
template <class T>
void swap_rows(MatrixView<T> b, const int* pivots, std::ptrdiff_t count, int threads);

/// Copies a to `to` (rows of adjacent elements). Whether no element is NaN or infinite.
template <class T>
bool copy_finite(MatrixView<const T> a, MatrixView<T> to, int threads);

}  // namespace mlmath
