// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Rows and columns up to which it works. Constraint: the matrix and both sets of vectors of a group in the second-level cache.
/// Arithmetic: 32 x 32: 260 KiB with the vectors once more in order. Decision: 32.
constexpr std::ptrdiff_t svd_lanes_most = 32;

/// Rows and columns up to which a driver should send a matrix alone here too, in one lane of a group: then its bits are the same
/// alone and in a stack. Constraint: alone it should still be 1.8 times as fast as LAPACK behind NumPy. Arithmetic: 8 x 8 takes
/// 5.2 us (values alone 3.6) against 11.9 (6.7), 10 x 10 6.7 (4.1) against 14.2 (7.7), 12 x 12 11.3 against 18.2. Decision: 8.
constexpr std::ptrdiff_t svd_lanes_alone = 8;

/// Square matrices up to which columns are rotated as they are; above, the matrix is made bidiagonal first. Constraint and
/// measurement: as eigh_lanes_jacobi: 4 x 4 takes 95 ns, 5 x 5 by QR 214. Decision: 4.
constexpr std::ptrdiff_t svd_lanes_jacobi = 4;

/// Sweeps of rotations, and of QR for each column, after which a lane is given up. Arithmetic: one-sided Jacobi takes 5 to 6 (the
/// last finds nothing left), 8 on singular small integers; QR, with the slowest of a group's lanes, 1.6 to 2.1 a column on random
/// matrices, 3.2 at most. Decision: 40, and 30 as LAPACK.
constexpr int svd_lanes_most_sweeps = 40;
constexpr std::ptrdiff_t svd_lanes_most_qr_sweeps = 30;

/// Groups in flight at once. Constraint: as in eigh_lanes; a group of 3 x 3 holds 18 registers. Measured: 2 and 2; see README.
constexpr int svd_lanes_jacobi_groups = 2, svd_lanes_qr_groups = 2;
constexpr int svd_lanes_groups(std::ptrdiff_t m, std::ptrdiff_t n) {
    return m == n && n <= svd_lanes_jacobi ? svd_lanes_jacobi_groups : svd_lanes_qr_groups;
}

/// Sweeps whose rotations are kept before they are applied: as eigh_lanes_delay.
constexpr std::ptrdiff_t svd_lanes_delay = 4;

/// `matrices` matrices m x n, m >= n (at most svd_lanes_groups(m, n) groups of `lanes`): element (i, j) of a[l] at i row + j
/// column. s[l]: n numbers. u[l]: component i of vector k at i u_row + k u_column; v[l] likewise (u == nullptr: none). u_vectors:
/// n, or m, those behind the first n completing them. signs_of_u: by which of the two the signs are chosen.
template <class T>
struct SvdLanesWork {
    std::ptrdiff_t m, n, u_vectors, matrices;
    const T* const* a;
    std::ptrdiff_t a_row, a_column;
    T* const* s;
    T* const* u;
    std::ptrdiff_t u_row, u_column;
    T* const* v;
    std::ptrdiff_t v_row, v_column;
    bool signs_of_u;
    T* tile;    // svd_lanes_tile(m, n, u_vectors) groups of `lanes` elements, 64-byte aligned
    int* info;  // per lane: 0, -1 (NaN or infinity: results NaN), 1 (not converged: results unspecified)
};

/// Registers of a group: the matrix, which becomes reflections; U^T, V^T, and one of them in order; d, e, the taus, a reflection;
/// the rotations of `delay` sweeps from both sides.
constexpr std::ptrdiff_t svd_lanes_tile(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t u_vectors) {
    return m * (2 * n + u_vectors) + n * n + 4 * n + m + 4 * n * svd_lanes_delay;
}

template <class T>
struct SvdLanesKernel {
    void (*run)(const SvdLanesWork<T>& work);
    int lanes;
};

struct SvdLanesKernels {
    SvdLanesKernel<double> f64;
    SvdLanesKernel<float> f32;

    const SvdLanesKernel<double>& of(double) const { return f64; }
    const SvdLanesKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
