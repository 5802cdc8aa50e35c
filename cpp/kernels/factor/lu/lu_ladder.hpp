// SPDX-License-Identifier: BSD-3-Clause
// lu, the ladder: P A = L U with partial pivoting, from the definition to the production kernel. Contract.
#pragma once
#include "kernels/factor/lu/lu_textbook.hpp"

namespace mlmath::ladder {

// In place: a: m x n, rows of adjacent elements, becomes U and, below the diagonal, L without its ones; pivots: min(m, n) numbers,
// row k changed places with row pivots[k] >= k. |P A - L U| <= gamma |L| |U|, gamma ~ n eps, |l_ik| <= 1 in every rung. Returns 0,
// or the number (from 1) of the first pivot that is zero; the factors are finished all the same. All run on the calling thread; the
// first does not look for Ctrl-C.

/// Rung 1: the definition: a column is eliminated from all rows below, one column after the other.
using mlmath::lu_textbook;

/// Rung 2: that for the 32 columns of a block only; the rest gets the products of all 32 in one pass.
template <class T>
std::ptrdiff_t lu_blocked(MatrixView<T> a, int* pivots);

/// Rung 3: by halves of the columns, so that nearly all the work is trsm and gemm. Rung 4, threads, is mlmath::lu.
template <class T>
std::ptrdiff_t lu_recursive(MatrixView<T> a, int* pivots);

}  // namespace mlmath::ladder
