// SPDX-License-Identifier: BSD-3-Clause
// eigh_complex: eigenvalues and eigenvectors of complex Hermitian matrices. Contract.
#pragma once
#include <complex>

#include "core/stack.hpp"

namespace mlmath {

/// A = V diag(w) V^H for every matrix of a stack, w real and ascending, V unitary with the eigenvectors in its columns.
///
/// As eigh(), but for these: imaginary parts on the diagonal are taken as zeros and not looked at; in every eigenvector the
/// component of largest magnitude is real and positive (the first of them); the reduction to a real tridiagonal matrix runs at the
/// speed of loops: 16/3 n^3 multiplications of the 8 n^3 flops for values, as many again for vectors. There is no last resort
/// beyond QL: info is positive when it does not converge (never seen).
template <class T>
void eigh_complex(const Stack<const std::complex<T>>& a, bool lower, T* w, const Stack<std::complex<T>>& v, int* info, int threads);

}  // namespace mlmath
