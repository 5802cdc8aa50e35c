// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: a matrix to an upper bidiagonal one by reflections from both sides. Contract.
#pragma once
#include <cstddef>

#include "core/view.hpp"
#include "core/workspace.hpp"

namespace mlmath {

/// A = Q B P^T for m x n, m >= n: Q = H_0 H_1 ... H_{n-1}, P = G_0 G_1 ... G_{n-2}, B upper bidiagonal with diagonal d and
/// superdiagonal e. H_k = I - tau u u^T clears column k below the diagonal, G_k row k behind the superdiagonal; each sign is the
/// opposite of the element's that stays (LAPACK's convention), and tau = 0 where there is nothing to clear
/// [GolubVanLoan2013, sec. 5.4.8].
///
/// Shapes    a: (m, n), any strides; finite, largest magnitude after scaling by 2^exponent about one. d: n, e: n - 1 numbers.
/// Order     fixed by m, n and the level: sums over columns and rows run in registers, those of parts of the matrix are added in a
///           fixed order. Same bits for any number of threads and strides.
/// Error     |A - Q B P^T| <= c n eps |A| with orthogonal Q, P near the computed ones. Tails with squares below 2^-900 (2^-80 in
///           float) are taken for zero.
/// Cost      4 m n^2 - 4 n^3 / 3 flops, half of them in products; apply_left 4 m n k - 2 n^2 k, apply_right 2 n^2 k.
/// Failure   std::bad_alloc before any work; Interrupted (results then unspecified).
/// threads   >= 1: how many may work on it.
template <class T>
class Bidiagonalization {
public:
    Bidiagonalization(std::ptrdiff_t m, std::ptrdiff_t n);
    /// Scratch that must stay until the last apply_...().
    std::size_t bytes() const;
    void take(Workspace& workspace);

    void reduce(MatrixView<const T> a, int exponent, T* d, T* e, int threads);
    /// c (m x k, any strides) <- Q c.
    void apply_left(MatrixView<T> c, int threads);
    /// c (k x n, any strides) <- c P^T.
    void apply_right(MatrixView<T> c, int threads);

private:
    struct Region;
    void copy_in(MatrixView<const T> a, int exponent, int threads);

    std::ptrdiff_t m_, n_, ld_, wide_, v_ld_;
    T *a_ = nullptr, *v_ = nullptr, *left_tau_ = nullptr, *right_tau_ = nullptr, *work_ = nullptr, *triangles_ = nullptr;
};

}  // namespace mlmath
