// SPDX-License-Identifier: BSD-3-Clause
// jacobi_eigh: what the driver and the per-level units agree on: how the matrix lies, and one step of disjoint rotations.
//
// Index i of the matrix is place i + 1; places 0 and n + 1 hold zeros. A step of phase 1 pairs places (1,2) (3,4) ..., one of phase
// 0 pairs (0,1) (2,3) ...; every rotation also exchanges its two places. In n steps of alternating phase every index meets every
// other exactly once: the odd-even ordering [LukPark1989]. Partners are always neighbours, so rows and columns of a pair are
// contiguous and the 2x2 blocks of a step tile the matrix; those above the diagonal are enough.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: on finite data the iteration must converge, and a loop must have a bound. Arithmetic: random matrices take 8 sweeps
// at n = 64 and 11 at n = 1000; clusters, whose members the exchanges of the odd-even order keep mixing, the most: with five values
// repeated, 17, 20, 25, 26 and 31 at n = 48, 100, 150, 300 and 1000, less than 5 more for each doubling. Decision: 60.
constexpr int max_sweeps = 60;

// Constraint: the eigenvector array (8 n^2 bytes) should not travel through the caches once per step.
// Arithmetic: the rotations of G steps are 8 G n bytes; applied together they move V 1/G times as often. n = 512 and G = 32: 131
//   KB, an eighth of an L2, and 0.13 MB of V per step beside 2 MB of A.
// Decision: 32 steps.
constexpr std::ptrdiff_t steps_per_group = 32;

// Constraint: a slab of V^T (all rows, some columns) should stay in L2 while a group is applied to it.
// Arithmetic: 256 bytes a row: n = 1024 makes 256 KB; four 64-byte registers per row share one loaded (c, s).
// Decision: 256 bytes, less for smaller matrices; a multiple of 64.
constexpr std::ptrdiff_t slab_bytes = 256;

// Places in a row of the matrix: phase 1 reads whole registers from place 1 on, phase 0 from place 0 on.
template <class T>
constexpr std::ptrdiff_t jacobi_row_places(std::ptrdiff_t n) {
    constexpr std::ptrdiff_t line = 64 / sizeof(T);
    return (n + line - 1) / line * line + line;
}

template <class T>
struct JacobiEighStep {
    // For each pair j: first[j], second[j] are its diagonal elements d_p, d_q and off[j] is a_pq. Gives the rotation that
    // annihilates a_pq (sine[j], cosine[j]; 0 and 1 when a_pq is negligible), the new diagonal elements, exchanged, and kept[j]:
    // the new a_pq. own and partner are what a register of columns is multiplied with: new = own*x + partner*(x with neighbours
    // exchanged).
    void (*angles)(std::ptrdiff_t pairs, T* first, T* second, const T* off, T* sine, T* cosine, T* kept, T* own, T* partner);

    // Two-sided rotation of the blocks of row pairs [from, to): pair k is places phase + 2k and the next. Leaves zeros on the
    // diagonal, kept[k] beside it, and writes the next phase's off[] entries that lie in these rows to next_off[k] = a(q, q + 1).
    void (*rotate_matrix)(T* a, std::ptrdiff_t stride, std::ptrdiff_t n, int phase, std::ptrdiff_t from, std::ptrdiff_t to,
                          const T* own, const T* partner, const T* kept, T* next_off);

    // Applies `steps` steps to a slab of V^T: n rows of `width` (a multiple of 64 bytes). Step t has phase (phase + t) mod 2, its
    // sines at rotations + t*step_stride and its cosines cosine_offset behind them.
    void (*rotate_vectors)(T* slab, std::ptrdiff_t width, std::ptrdiff_t n, int phase, std::ptrdiff_t steps, const T* rotations,
                           std::ptrdiff_t step_stride, std::ptrdiff_t cosine_offset);

    // Largest |a_ij| and largest |a_ij| weight_i weight_j above the diagonal in places [from, to) of rows.
    void (*off_diagonal)(const T* a, std::ptrdiff_t stride, std::ptrdiff_t n, std::ptrdiff_t from, std::ptrdiff_t to,
                         const T* weight, T* largest, T* largest_weighted);
};

struct JacobiEighKernels {
    JacobiEighStep<double> f64;
    JacobiEighStep<float> f32;
};

}  // namespace mlmath
