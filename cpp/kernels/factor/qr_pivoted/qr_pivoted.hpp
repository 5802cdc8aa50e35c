// SPDX-License-Identifier: BSD-3-Clause
// qr_pivoted: orthogonal factors of a matrix whose columns are taken longest first. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath {

/// A P = Q R for every matrix of a stack: as qr (factor/qr/qr.hpp), but in step k the column with the largest norm of what stands
/// on and below row k is exchanged with column k first (the first of equal ones), so that |r_kk| falls and, for every k,
/// |r_kk|^2 >= sum_{i = k}^{j} r_ij^2, j >= k, up to rounding [GolubVanLoan2013, sec. 5.4.2]. LAPACK's rules (geqp3): norms are
/// downdated, and computed anew where less than half of their digits are left [DrmacBujanovic2008].
///
/// Shapes    a: (m, n), any strides. r: (k, n), q: (m, k), any strides, elements distinct; k = min(m, n), or k = m (complete). No
///           q wanted: its first matrix has no columns. p: n numbers for each matrix: column j of A P is column p[j] of A. No
///           result shares memory with a or another.
/// Order     fixed by m and n alone. Same bits for any number of threads and strides, alone and in a stack, and on every level that
///           has FMA.
/// Error     as qr. Columns are exchanged by computed norms: where two agree to a few digits of eps, either may come first.
/// Numbers   a column with NaN or infinity comes first, and with it into everything; p is a permutation all the same. No square
///           over- or underflows: columns beyond the safe range are measured and reflected by way of powers of two, and a matrix
///           whose largest column is beyond it (2^-450, floats 2^-40) is scaled as a whole.
/// Cost      as qr, but half of R's flops at the speed of memory; workspace: about 2 m (n + 64) numbers.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc, Interrupted (the results are then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void qr_pivoted(const Stack<const T>& a, const Stack<T>& q, const Stack<T>& r, std::ptrdiff_t* p, int threads);

/// The reflections themselves, packed as LAPACK does (see qr_raw), and p.
template <class T>
void qr_pivoted_raw(const Stack<const T>& a, const Stack<T>& h, T* tau, std::ptrdiff_t* p, int threads);

}  // namespace mlmath
