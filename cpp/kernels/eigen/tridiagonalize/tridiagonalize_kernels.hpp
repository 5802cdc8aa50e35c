// SPDX-License-Identifier: BSD-3-Clause
// tridiagonalize: what the driver and the per-level units agree on.
//
// The lower triangle lies in rows of adjacent elements, `ld` apart (whole cache lines). Reflections take the last row first: v_k
// has k elements, all of row k left of the diagonal, so that what is left of the matrix always begins at element (0, 0), at a cache
// line. Vectors are padded with zeros to whole cache lines.
#pragma once
#include <cstddef>

namespace mlmath {

template <class T>
struct TridiagonalizeKernel {
    /// Rows [from, to) of the triangle, from a multiple of 4: A <- A - u w^T - w u^T, and with the new A, p <- p + (these rows, and
    /// by symmetry the columns they stand for) x. p is zero at `from` and behind.
    void (*pass)(T* a, std::ptrdiff_t ld, std::ptrdiff_t from, std::ptrdiff_t to, const T* u, const T* w, const T* x, T* p);

    /// From the products p = A u (`owners` summands, `p_stride` apart) of step k + 1, u = v_{k+1} and its tau: w, by which A is to
    /// be changed, then row k of A so changed, its diagonal element d, and the reflection (x = v_k, tau) that makes it (0 .. 0, e).
    /// u, w: k + 1 elements; x: k.
    void (*step)(std::ptrdiff_t k, const T* row, int owners, const T* p, std::ptrdiff_t p_stride, const T* u, T* w, T* x, T* tau,
                 T* d, T* e);

    /// Q = H_{n-1} ... H_1, the columns of adjacent elements: q_j in row j of qt (ld as of the triangle). sums: ld elements.
    void (*form)(std::ptrdiff_t n, const T* v, std::ptrdiff_t ld, const T* tau, T* q, T* sums);
};

struct TridiagonalizeKernels {
    TridiagonalizeKernel<double> f64;
    TridiagonalizeKernel<float> f32;

    const TridiagonalizeKernel<double>& of(double) const { return f64; }
    const TridiagonalizeKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
