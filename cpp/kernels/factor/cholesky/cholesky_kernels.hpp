// SPDX-License-Identifier: BSD-3-Clause
// cholesky: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Order below which a matrix is not divided. Constraint: the block, its copy and a strip of it in the second-level cache, and what
/// is divided runs at gemm's speed, which syrk of 64 x 64 has half of. Arithmetic: 128 x 128 doubles are 128 KiB. Decision: 128;
/// with 64, n = 128 takes 36 us instead of 20.
constexpr std::ptrdiff_t cholesky_block = 128;

/// Order up to which matrices of a stack go side by side, a lane each. Constraint: a tile of 8 should not leave the second-level
/// cache, and side by side every operation is a full register, while alone a row of n fills ceil(n / width) of them. Arithmetic:
/// 32 x 32 x 64 bytes are 64 KiB. Decision: 32.
constexpr std::ptrdiff_t cholesky_lanes = 32;

template <class T>
struct CholeskyKernel {
    /// One matrix of order n <= cholesky_block: `a`'s lower triangle -> l with zeros above. Returns info as the contract has it.
    int (*block)(std::ptrdiff_t n, const T* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* l, std::ptrdiff_t l_row,
                 std::ptrdiff_t l_column);

    /// `lanes` matrices of order n <= cholesky_lanes. tile: 2 n n lanes elements, 64-byte aligned. info: `lanes` numbers.
    void (*group)(std::ptrdiff_t n, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* const* l,
                  std::ptrdiff_t l_row, std::ptrdiff_t l_column, T* tile, int* info);
    int lanes;
};

struct CholeskyKernels {
    CholeskyKernel<double> f64;
    CholeskyKernel<float> f32;

    const CholeskyKernel<double>& of(double) const { return f64; }
    const CholeskyKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
