// SPDX-License-Identifier: BSD-3-Clause
// normal, the ladder: the steps between the polar method and the production kernel, each a real function. Contract.
#pragma once
#include <cstddef>

namespace mlmath::ladder {

// out[i] = standard normals of the ladders' stream (uniform_ladder.hpp) from its beginning on.

/// Rung 1: the polar method [Marsaglia1964]. Of two uniforms u, v on [-1, 1) a pair with 0 < s = u^2 + v^2 < 1 is kept, 4 of 5
/// are; u f and v f with f = sqrt(-2 ln s / s) are independent normals. u^2, v^2 and s are rounded to T. Other values than the
/// rungs below give: how many words came before element i depends on all of them. One thread.
template <class T>
void normal_polar(T* out, std::ptrdiff_t n, int threads);

/// Rung 2: Box and Muller's transform [BoxMuller1958] of fixed words, by the C library's log, sin and cos. The map of normal.hpp,
/// within a few ulp. One thread.
template <class T>
void normal_box_muller(T* out, std::ptrdiff_t n, int threads);

/// Rung 3: own polynomials in registers of the active level. One thread.
template <class T>
void normal_simd(T* out, std::ptrdiff_t n, int threads);

/// Rung 4: blocks shared among threads: production; the bits of rung 3.
template <class T>
void normal_threaded(T* out, std::ptrdiff_t n, int threads);

}  // namespace mlmath::ladder
