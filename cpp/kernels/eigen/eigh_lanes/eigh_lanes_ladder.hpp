// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes, the ladder: many small symmetric matrices, from one at a time to the production kernel. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath::ladder {

// A_t = V_t diag(w_t) V_t^T for every t: a, v: count matrices n x n, each a stack with one axis in front, 2 <= n <= 4, any
// strides, v's elements distinct and apart from a; w: count * n. The lower triangle of a is read; w ascending, the largest
// component of every vector positive. |A V - V W| <= c n eps |A| in every rung. Returns how many did not converge (never seen).
// All run on the calling thread.

/// Rung 1: cyclic Jacobi as in the book, matrix after matrix.
template <class T>
std::ptrdiff_t eigh_one_at_a_time(const Stack<const T>& a, T* w, const Stack<T>& v);

/// Rung 2: eight matrices at once, their equal elements adjacent, the matrix the innermost loop; rotations without a branch.
template <class T>
std::ptrdiff_t eigh_interleaved(const Stack<const T>& a, T* w, const Stack<T>& v);

/// Rung 3: a lane of a register for each matrix, the whole group in registers; one group at a time.
template <class T>
std::ptrdiff_t eigh_across_lanes(const Stack<const T>& a, T* w, const Stack<T>& v);

/// Rung 4: several groups in flight, so that one computes while another waits for its root. Rung 5, threads, is
/// mlmath::eigh_lanes.
template <class T>
std::ptrdiff_t eigh_groups_in_flight(const Stack<const T>& a, T* w, const Stack<T>& v);

}  // namespace mlmath::ladder
