// SPDX-License-Identifier: BSD-3-Clause
// batched, the ladder: many products of 4 x 4 matrices, from the definition to the production kernel. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath::ladder {

/// Matrices of one shape: item t begins t * item elements further on.
template <class T>
struct Matrices {
    MatrixView<T> first;
    std::ptrdiff_t count, item;
};

// C_t = A_t B_t, each 4 x 4, for t = 0 .. count - 1. Any strides; every rung is within 4 eps sum |a_ip b_pj|. `threads` is there
// for the production signature; all of these run on the calling thread.

/// Rung 1: the definition, item after item, with sizes that are numbers.
template <class T>
void batched_textbook(Matrices<const T> a, Matrices<const T> b, Matrices<T> c, int threads);

/// Rung 2: sizes the compiler knows: no loop is left, and everything stays in registers.
template <class T>
void batched_fixed_size(Matrices<const T> a, Matrices<const T> b, Matrices<T> c, int threads);

/// Rung 3: a row of B is a register, an element of A a broadcast: the production kernel. Rung 4, threads, is mlmath::gemm_batch.
template <class T>
void batched_registers(Matrices<const T> a, Matrices<const T> b, Matrices<T> c, int threads);

}  // namespace mlmath::ladder
