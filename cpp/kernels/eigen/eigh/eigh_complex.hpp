// SPDX-License-Identifier: BSD-3-Clause
// eigh_complex: eigenvalues and eigenvectors of complex Hermitian matrices. Contract.
#pragma once
#include <complex>

#include "core/stack.hpp"
#include "kernels/eigen/failing_ways.hpp"

namespace mlmath {

/// A = V diag(w) V^H for every matrix of a stack, w real and ascending, V unitary with the eigenvectors in its columns.
///
/// As eigh(), but for these: imaginary parts on the diagonal are taken as zeros and not looked at; in every eigenvector the
/// component of largest magnitude is real and positive (the first of them); the reduction to a real tridiagonal matrix runs at the
/// speed of loops: 16/3 n^3 multiplications of the 8 n^3 flops for values, as many again for vectors. When
/// divide and conquer and QL fail (never seen) the tridiagonal matrix goes by Jacobi rotations, for values alone by bisection.
template <class T>
void eigh_complex(const Stack<const std::complex<T>>& a, bool lower, T* w, const Stack<std::complex<T>>& v, int* info, int threads,
                  FailingWays ways = {});

}  // namespace mlmath
