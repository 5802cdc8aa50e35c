// SPDX-License-Identifier: BSD-3-Clause
// qr: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Columns of the smallest block of reflections. Constraint: a product with few columns of V spends its time on reading and
/// writing the matrix. Arithmetic: 32 of them are 64 flops for each element that is read and written. Decision: 32, multiples for
/// larger matrices (qr_blocked.hpp).
constexpr std::ptrdiff_t qr_block = 32;

/// Columns up to which all of a matrix is one panel, if it has no more than 2^15 elements. Constraint: every reflection passes
/// over what is left of it, which must stay in the second-level cache (256 KiB of doubles). Decision: 64; other values were not
/// tried.
constexpr std::ptrdiff_t qr_small = 64;

/// Rows and columns up to which matrices of a stack go side by side, a lane each. Constraint: the tile of A and that of Q in the
/// second-level cache. Arithmetic: 2 x 32 x 32 x 64 bytes are 128 KiB. Decision: 32.
constexpr std::ptrdiff_t qr_lanes = 32;

/// Whether a triangle R with this largest magnitude is one whose matrix was factored as it came and lost nothing. Constraint:
/// squares of columns must stay below 2^1000 (float: 2^120), and what the smallest numbers round away must not matter beside the
/// largest. Arithmetic: 2^200 (2^20) rows of elements of 2^400 (2^50) have that square; half of the smallest number, 2^-1075
/// (2^-150), is eps^12 (eps^5) of 2^-400 (2^-30).
template <class T>
bool qr_lost_nothing(T largest) {
    return largest >= (sizeof(T) == 8 ? T(0x1p-400) : T(0x1p-30)) && largest <= (sizeof(T) == 8 ? T(0x1p+400) : T(0x1p+50));
}

template <class T>
struct QrKernel {
    /// m x n, rows of adjacent elements in a, `stride` apart with room for whole cache lines: R on and above the diagonal; below
    /// it a is used up. v: m x min(m, n), any strides: v_k with its ones and zeros. tau: min(m, n). lines: 64 bytes and one
    /// element for each row, 64-byte aligned.
    void (*panel)(std::ptrdiff_t m, std::ptrdiff_t n, T* a, std::ptrdiff_t stride, T* v, std::ptrdiff_t v_row,
                  std::ptrdiff_t v_column, T* tau, T* lines);

    /// g <- the lower triangle of V^T V, V as panel() makes it, m x n in rows `stride` apart. Both with room for whole cache
    /// lines, and g for whole multiples of 8 rows; what else lies in g's is overwritten.
    void (*gram)(std::ptrdiff_t m, std::ptrdiff_t n, const T* v, std::ptrdiff_t stride, T* g, std::ptrdiff_t g_stride);

    /// C <- H_0 ... H_{count-1} C (m x columns, rows of adjacent elements with room for whole registers).
    void (*apply)(std::ptrdiff_t count, std::ptrdiff_t m, const T* v, std::ptrdiff_t ld, const T* tau, T* c, std::ptrdiff_t stride,
                  std::ptrdiff_t columns, T* sums);

    /// `lanes` matrices m x n: r (k x n) and q (m x k; k = 0: none). tile: (m n + m k + n) lanes elements, 64-byte aligned.
    void (*group)(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const T* const* a, std::ptrdiff_t a_row,
                  std::ptrdiff_t a_column, T* const* q, std::ptrdiff_t q_row, std::ptrdiff_t q_column, T* const* r,
                  std::ptrdiff_t r_rows, std::ptrdiff_t r_row, std::ptrdiff_t r_column, T* tile);
    int lanes;
};

struct QrKernels {
    QrKernel<double> f64;
    QrKernel<float> f32;

    const QrKernel<double>& of(double) const { return f64; }
    const QrKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
