// SPDX-License-Identifier: BSD-3-Clause
// gemm: matrix product. Contract.
#pragma once
#include <complex>

#include "core/view.hpp"

namespace mlmath {

/// C = alpha A B + beta C, accumulated in T.
///
/// Shapes    A: (m, k), B: (k, n), C: (m, n), each size >= 0; any strides in all three (0 and negative too, but the elements of C
///           are distinct). C shares no memory with A or B; A and B may be the same array.
/// beta = 0  C is not read: it may hold anything. k = 0 gives beta C, and zeros for beta = 0.
/// Order     c_ij is summed over k in chunks of gemm_k_chunk<T>: each chunk from +0 in increasing k by fma, then chunk after chunk
///           by c = fma(alpha, chunk, c), the first one by alpha chunk + beta c. m = n = 1 is dot() instead, with its order. So
///           the same bits come out for any number of threads, strides and alignment, alone or in a batch, and on every level that
///           has FMA.
/// Error     |c_ij - exact| <= gamma sum_p |a_ip b_pj| with gamma ~ (min(k, chunk) + ceil(k / chunk)) eps (alpha = 1, beta = 0)
///           [Higham2002, sec. 3.5]
/// Numbers   NaN and infinities propagate as IEEE 754 says; no product is skipped, and no flag is raised that the products and
///           sums of the formula do not raise.
/// Cost      2mnk flops; workspace at most threads * (3/4 of the second-level cache), and 24 MiB where A must be packed.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc before any work; Interrupted (C is then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
void gemm(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, int threads);

/// Broadcast axes in front of the matrices: axis x has size[x] items, and element strides for each operand (0: the same matrix
/// again).
struct GemmBatch {
    int axes;
    const std::ptrdiff_t *size, *a_stride, *b_stride, *c_stride;
};

/// The views of item t of a batch, counted with the last axis fastest, from those of the first item.
template <class T>
void seek_item(const GemmBatch& batch, std::ptrdiff_t t, MatrixView<const T>& a, MatrixView<const T>& b, MatrixView<T>& c) {
    for (int x = batch.axes - 1; x >= 0; --x) {
        const std::ptrdiff_t i = t % batch.size[x];
        t /= batch.size[x];
        a.data += i * batch.a_stride[x];
        b.data += i * batch.b_stride[x];
        c.data += i * batch.c_stride[x];
    }
}

/// gemm() of every item; the views are those of the first. Items of C are disjoint. Same bits as item after item.
template <class T>
void gemm_batch(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, const GemmBatch& batch,
                int threads);

/// C = A B or conj(A) B for complex numbers, as gemm of real matrices: re c = sum re a re b + im a (-im b), im c = sum re a im b +
/// im a re b (conjugated: the signs of the second terms swapped), each a sum of 2k terms in gemm's order, p by p, the real part of
/// a first.
///
/// Error     in each part as gemm with 2k terms. Numbers: products by the formula above, so an infinity may give NaN in both parts.
/// Cost      8mnk flops; 4 MiB of workspace for a block of B, and as much where the columns of A or of C are not adjacent.
template <class T>
void gemm_complex(bool conjugate_a, MatrixView<const std::complex<T>> a, MatrixView<const std::complex<T>> b,
                  MatrixView<std::complex<T>> c, int threads);
template <class T>
void gemm_complex_batch(bool conjugate_a, MatrixView<const std::complex<T>> a, MatrixView<const std::complex<T>> b,
                        MatrixView<std::complex<T>> c, const GemmBatch& batch, int threads);

}  // namespace mlmath
