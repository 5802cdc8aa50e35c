// SPDX-License-Identifier: BSD-3-Clause
// tridiagonalize: what the driver and the per-level units agree on.
//
// The lower triangle lies in rows of adjacent elements, `ld` apart (whole cache lines). Reflections take the last row first: v_k
// has k elements, all of row k left of the diagonal, so that what is left of the matrix always begins at element (0, 0), at a
// cache line. Vectors are padded with zeros to whole cache lines.
#pragma once
#include <cstddef>

namespace mlmath {

/// Changes A <- A - u_j w_j^T - w_j u_j^T, j < count, that the stored triangle does not show yet. Rows of `stride` elements.
template <class T>
struct PendingPairs {
    std::ptrdiff_t count;
    const T *u, *w;
    std::ptrdiff_t stride;
};

template <class T>
struct TridiagonalizeKernel {
    /// Rows [from, to) of the triangle, from a multiple of 4: A <- A - u w^T - w u^T, and with the new A, p <- p + (these rows,
    /// and by symmetry the columns they stand for) x. p is zero at `from` and behind.
    void (*pass)(T* a, std::ptrdiff_t ld, std::ptrdiff_t from, std::ptrdiff_t to, const T* u, const T* w, const T* x, T* p);
    /// The same without the change.
    void (*multiply)(T* a, std::ptrdiff_t ld, std::ptrdiff_t from, std::ptrdiff_t to, const T* x, T* p);

    /// w <- the vector with which H A H = A - u w^T - w u^T, H = I - tau u u^T. u: n elements. p: `owners` summands of (stored A)
    /// u, `p_stride` apart. factors: 2 count elements.
    void (*finish)(std::ptrdiff_t n, int owners, const T* p, std::ptrdiff_t p_stride, const PendingPairs<T>& pairs, const T* u,
                   T tau, T* w, T* factors);
    /// Row k of A, after the pending pairs and u, w (k + 1 elements): its diagonal element d, and the reflection (x = v_k of k
    /// elements, tau returned) that makes the rest (0 .. 0, e).
    T (*begin)(std::ptrdiff_t k, const T* row, const PendingPairs<T>& pairs, const T* u, const T* w, T* x, T* d, T* e);

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
