// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr: singular values and vectors of a bidiagonal matrix by implicit QR sweeps. Contract.
#pragma once
#include <cstddef>

namespace mlmath {

/// B = U diag(s) V^T for an upper bidiagonal B, singular values descending and not negative; U^T and V^T are multiplied into what
/// the caller has brought, which makes C U and V^T D of it for any C and D.
///
/// Shapes    s: the n diagonal elements, singular values on return; e: the n - 1 elements above them.
///           ut: n rows of `u_columns` elements, rows u_ld apart: it becomes U^T times what it was. Start with the identity for U^T
///           itself. vt: likewise V^T. nullptr and 0 columns: not wanted.
/// Memory    ut and vt may lie anywhere; rows that start at multiples of 64 bytes are read and written fastest. Nothing is touched
///           beyond `u_columns` and `v_columns` elements of a row. Scratch of its own: some 70 n elements.
/// Method    sweeps of rotations chased from the end of the matrix with the larger element to the other; shifted by the smaller
///           singular value of the last two rows, or not at all where a shift could spoil the small ones [DemmelKahan1990].
/// Order     fixed by B alone: same bits for any number of columns, alignment and memory, and with and without vectors.
/// Error     each s to within a modest multiple of n eps s_i: small ones too [DemmelKahan1990, sec. 3]. |B - U diag(s) V^T| <= c n
///           eps |B|, |U^T U - I| and |V^T V - I| <= c n eps, c modest. The caller scales B to a largest magnitude near one:
///           elements below the square root of the smallest normal number do not keep their relative accuracy.
/// Numbers   finite elements only; otherwise the result is unspecified, and it ends.
/// Cost      about 0.9 n^2 pairs of rotations: 5 n^2 (u_columns + v_columns) flops, and 50 n^2 cycles for their angles.
/// Failure   false after bidiagonal_qr_most_sweeps n sweeps (never seen): s, ut and vt are then unspecified. std::bad_alloc,
///           Interrupted.
template <class T>
bool bidiagonal_qr(std::ptrdiff_t n, T* s, const T* e, T* ut, std::ptrdiff_t u_ld, std::ptrdiff_t u_columns, T* vt,
                   std::ptrdiff_t v_ld, std::ptrdiff_t v_columns);

/// The same for two matrices at once, in little more time than for one when they are small (second == nullptr: one): each step of
/// a sweep waits for its roots and divisions. The results have the bits of one after the other.
template <class T>
struct BidiagonalProblem {
    std::ptrdiff_t n;
    T* s;
    const T* e;
    T* ut;
    std::ptrdiff_t u_ld, u_columns;
    T* vt;
    std::ptrdiff_t v_ld, v_columns;
};
template <class T>
bool bidiagonal_qr(const BidiagonalProblem<T>& first, const BidiagonalProblem<T>* second);

/// Constraint: on any data the iteration must end. Arithmetic: random matrices take 2 sweeps for each singular value, the hardest
/// of the tests 5. Decision: 30.
constexpr std::ptrdiff_t bidiagonal_qr_most_sweeps = 30;

}  // namespace mlmath
