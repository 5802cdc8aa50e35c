// SPDX-License-Identifier: BSD-3-Clause
// adam, the ladder: the steps between algorithm 1 and the production kernel, each a real function. Contract.
#pragma once
#include <cstddef>

namespace mlmath::ladder {

// One step of Adam with the paper's constants (rate 1e-3, beta 0.9 and 0.999, epsilon 1e-8), as its step t = 10, in place. All
// arrays contiguous, of n elements, apart from each other. With u = eps/2 to first order, M the size of x's move when the terms of
// m are added in magnitude: m within 3u of those terms, v within 4u of itself, x within u |x| + 13 u M (rungs 1, 2) or + 12 u M
// (rungs 3, 4). Rungs 1 and 2 give the same bits, and so do rungs 3 and 4.

/// Rung 1: every line of algorithm 1 [Kingma2015] is a pass over whole arrays, as NumPy would run it: five passes, two temporaries.
template <class T>
void adam_textbook(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int threads);

/// Rung 2: the same operations in one pass: what a line needs of the line before is still in a register.
template <class T>
void adam_fused(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int threads);

/// Rung 3: whole registers of the active level; two of the three divisions are products with numbers of the step. One thread.
template <class T>
void adam_simd(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int threads);

/// Rung 4: chunks for the threads: production.
template <class T>
void adam_threaded(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int threads);

}  // namespace mlmath::ladder
