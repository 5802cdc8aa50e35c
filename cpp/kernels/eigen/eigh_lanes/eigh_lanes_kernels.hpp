// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Orders up to which it works. Constraint: the matrix and the eigenvectors of a group in the second-level cache. Arithmetic: n =
/// 32: 100 KiB. Decision: 32.
constexpr std::ptrdiff_t eigh_lanes_most = 32;

/// Orders up to which a driver should send a matrix alone here too, in one lane of a group: then its bits are the same alone and
/// in a stack. Constraint: the group takes its time however many lanes are filled; alone it should still be 1.8 times as fast as
/// LAPACK behind NumPy. Arithmetic: n = 8 takes 3.1 us (values alone 2.3) against 7.6 (5.0), n = 10 5.1 (3.5) against 9.6 (6.0), n
/// = 16 11.6 against 19.5. Decision: 8.
constexpr std::ptrdiff_t eigh_lanes_alone = 8;

/// Orders up to which rotations of the whole matrix are taken; above, it is made tridiagonal first. Constraint: the work of the
/// first is 4 to 5 sweeps of n^2 / 2 rotations of 3 n / 2 pairs, of the second 2.7 n^2 / 2 rotations of n pairs, but these wait
/// for each other, and everything is unrolled. Arithmetic: n = 3 takes 20 ns, n = 4 44 ns; by work n = 5 would take 90 and 6 170,
/// where QL takes 128 and 180. Decision: 4; orders 5 and 6 would gain little for twice the code.
constexpr std::ptrdiff_t eigh_lanes_jacobi = 4;

/// Sweeps after which a lane is given up. Constraint: on finite data the iteration must end. Arithmetic: n = 2 takes 1, n = 3 at
/// most 4, n = 4 at most 5, degenerate and graded spectra and small integers included. Decision: 40.
constexpr int eigh_lanes_most_sweeps = 40;

/// Sweeps of QL, for each row, after which the lanes that are left are given up. Arithmetic: the slowest of a group's lanes takes
/// 2.0 to 2.5 on random matrices, 2.8 at most. Decision: 30, as LAPACK.
constexpr std::ptrdiff_t eigh_lanes_most_ql_sweeps = 30;

/// Groups in flight at once: their chains of dependent operations are independent of each other. Constraint: a rotation waits some
/// 70 cycles for the one before and has work for 15 to 25. Arithmetic: the state of a group of n = 3 takes 15 of 32 registers, the
/// rest is in the first-level cache; 100000 of n = 3 take 26 ns a matrix with 2 groups, 20.5 with 3, 19.6 with 4; of n = 4 46,
/// 43.5, 45.7. With QL, where the eigenvectors are work too, 4 groups gain 5 % over 2. Decision: 3 and 2.
constexpr int eigh_lanes_jacobi_groups = 3, eigh_lanes_ql_groups = 2;
constexpr int eigh_lanes_groups(std::ptrdiff_t n) {
    return n <= eigh_lanes_jacobi ? eigh_lanes_jacobi_groups : eigh_lanes_ql_groups;
}

/// `matrices` matrices (at most eigh_lanes_groups(n) groups of `lanes`): a[l], element (i, j) at i row + j column, j <= i; w[l]: n
/// numbers; v[l] (v == nullptr: none).
template <class T>
struct EighLanesWork {
    std::ptrdiff_t n, matrices;
    const T* const* a;
    std::ptrdiff_t a_row, a_column;
    T* const* w;
    T* const* v;
    std::ptrdiff_t v_row, v_column;
    T* tile;    // eigh_lanes_tile(n) groups of `lanes` elements, 64-byte aligned
    int* info;  // per lane: 0, -1 (NaN or infinity: results NaN), 1 (not converged: results unspecified)
};

/// Registers of a group: the matrix, which becomes rows of reflections; the eigenvectors, and once more in order; d, e, tau, and
/// the vectors of a reflection; the rotations of `delay` sweeps. Constraint: rotations are kept so that a strip of the
/// eigenvectors is read into the first-level cache once for several sweeps; with them it should fit there. Arithmetic: n = 32: 4
/// rows of 2 KiB, and 4 KiB a sweep. Decision: 4 sweeps.
constexpr std::ptrdiff_t eigh_lanes_delay = 4;
constexpr std::ptrdiff_t eigh_lanes_tile(std::ptrdiff_t n) {
    return n * (n + 1) / 2 + 2 * n * n + 5 * n + 2 * n * eigh_lanes_delay;
}

template <class T>
struct EighLanesKernel {
    void (*run)(const EighLanesWork<T>& work);
    int lanes;
};

struct EighLanesKernels {
    EighLanesKernel<double> f64;
    EighLanesKernel<float> f32;

    const EighLanesKernel<double>& of(double) const { return f64; }
    const EighLanesKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
