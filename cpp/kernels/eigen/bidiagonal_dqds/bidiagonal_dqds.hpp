// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dqds: singular values of a bidiagonal matrix by the differential quotient-difference algorithm with shifts. Contract.
#pragma once
#include <cstddef>

namespace mlmath {

/// s <- the singular values, descending, of the upper bidiagonal matrix with diagonal s (n numbers, any signs) and superdiagonal e
/// (n - 1 numbers).
///
/// Method    eight transforms at a time, with shifts below the smallest values that traces of the inverse give
///           [FernandoParlett1994; ParlettMarques2000; VonMatt1997].
/// Result    fixed by n and the values; 2^k (s, e) gives 2^k s bit for bit while nothing over- or underflows; the same bits on
///           every level that has FMA.
/// Error     relative to each value itself: a few eps, growing slowly with n (the bound is c n eps for each transform
///           [FernandoParlett1994]). Values below 2^-490 times the largest come out with an error of that size.
/// Cost      about 0.65 n passes over the rows that are left, 20 cycles for each: 7 n^2 cycles.
/// Failure   false when s or e holds NaN or infinity, or after 30 n + 100 passes (never seen on finite input): s is then
///           as it was. std::bad_alloc.
/// Aliasing  s and e must not overlap.
template <class T>
bool bidiagonal_dqds(std::ptrdiff_t n, T* s, const T* e);

}  // namespace mlmath
