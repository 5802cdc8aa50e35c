// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_ql: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Constraint: on finite data the iteration must end. Arithmetic: 1.7 sweeps for each eigenvalue, the hardest matrices of the tests
// take 3. Decision: 30 n.
constexpr std::ptrdiff_t ql_sweeps = 30;

// Constraint: rows that are longer than the first-level cache holds should not travel through it once per sweep. Arithmetic: the
// rotations of 32 sweeps of n = 1000 are 512 KB of doubles, applied to strips of 256 bytes a row, 256 KB. Decision: 32.
constexpr std::ptrdiff_t ql_sweeps_kept = 32;

/// The matrix during the iteration, in double for both types: d[0, n) and the squares of the off-diagonal, e[-1, n) with zeros at
/// both ends; the sign bits of the off-diagonal elements in `sign`.
struct QlMatrix {
    std::ptrdiff_t n;
    double *d, *e;
    std::uint64_t* sign;
    double relative, floor;  // e_i^2 <= relative |d_i d_{i+1}| + floor is negligible
};

template <class T>
struct TridiagonalQlKernel {
    /// Makes the matrix diagonal, in any order; false when that takes more than 30 n sweeps.
    bool (*values)(const QlMatrix& t);

    /// The same, and applies every rotation to two adjacent rows of zt, which have room for whole cache lines. rotations:
    /// 2 n ql_sweeps_kept elements, n here rounded up to whole cache lines.
    bool (*vectors)(const QlMatrix& t, T* zt, std::ptrdiff_t ld, std::ptrdiff_t columns, T* rotations);
};

struct TridiagonalQlKernels {
    TridiagonalQlKernel<double> f64;
    TridiagonalQlKernel<float> f32;

    const TridiagonalQlKernel<double>& of(double) const { return f64; }
    const TridiagonalQlKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
