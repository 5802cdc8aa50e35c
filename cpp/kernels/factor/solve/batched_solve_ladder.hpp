// SPDX-License-Identifier: BSD-3-Clause
// batched_solve, the ladder: many small systems, from one at a time to the production kernel. Contract.
#pragma once
#include "core/stack.hpp"

namespace mlmath::ladder {

// A_t X_t = B_t for every t: a: count matrices n x n, b, x: n x k, each a stack with one axis in front; any strides, x's elements
// distinct and apart from a and b. (A + E) x = b for each column, |E| <= gamma |L| |U|, gamma ~ 3 n eps, in every rung. Returns 0,
// or the number (from 1) of a system with a pivot that is exactly zero; x is then unspecified. All run on the calling thread.

/// Rung 1: the definition, system after system.
template <class T>
std::ptrdiff_t batched_solve_one_at_a_time(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x);

/// Rung 2: eight systems at once, their equal elements adjacent, the system the innermost loop.
template <class T>
std::ptrdiff_t batched_solve_interleaved(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x);

/// Rung 3: a lane of a register for each system, on one thread. Rung 4, threads, is mlmath::solve.
template <class T>
std::ptrdiff_t batched_solve_across_lanes(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x);

}  // namespace mlmath::ladder
