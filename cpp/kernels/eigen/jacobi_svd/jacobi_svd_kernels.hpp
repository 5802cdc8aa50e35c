// SPDX-License-Identifier: BSD-3-Clause
// jacobi_svd: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Sweeps after which a matrix is given up. Constraint: on finite data the iteration must end. Arithmetic: random matrices take 6
/// to 10, the hardest of the tests 14. Decision: 60.
constexpr int jacobi_svd_most_sweeps = 60;

/// Rows and columns up to which matrices of a stack go side by side, a lane each: the limit of qr (qr_lanes), which comes first.
constexpr std::ptrdiff_t jacobi_svd_lanes = 32;

/// Rows whose sum of squares is below this are left as they are: products with them may underflow. They lie 2^-450 (float: 2^-50)
/// below the largest, which is about 1.
template <class T>
constexpr T jacobi_svd_negligible_square = sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-100);

template <class T>
struct JacobiSvdKernel {
    /// Rotates the `rows` rows of x (each `places` elements: n that count, then others that are rotated along, then zeros up to
    /// whole 64 bytes) until their first n elements are orthogonal to within eps sqrt(n). Largest element about 1. squares[i]: the
    /// sum of squares of row i. work: 6 rows elements; row: rows pointers. Returns the sweeps, or -1.
    int (*orthogonalize)(T* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t places, T* squares,
                         T* work, T** row);

    /// The same for `lanes` matrices with rows of n + more adjacent elements at x[0] .. x[lanes-1]. tile: rows (n + more) lanes
    /// elements, 64-byte aligned. converged[l]: whether matrix l has.
    void (*group)(T* const* x, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t more, T* tile, bool* converged);
    int lanes;
};

struct JacobiSvdKernels {
    JacobiSvdKernel<double> f64;
    JacobiSvdKernel<float> f32;

    const JacobiSvdKernel<double>& of(double) const { return f64; }
    const JacobiSvdKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
