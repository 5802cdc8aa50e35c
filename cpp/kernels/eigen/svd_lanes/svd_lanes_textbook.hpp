// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes, textbook: matrix after matrix by one-sided Jacobi rotations. Oracle of the tests, baseline.
#pragma once
#include "core/stack.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_textbook.hpp"

namespace mlmath::textbook {

/// a, u: stacks of (m, n) with m >= n; vt: (n, n); s: n for each. False when a matrix did not converge.
template <class T>
bool svd_lanes(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt) {
    const std::ptrdiff_t n = a.first.columns;
    bool converged = true;
    for (std::ptrdiff_t b = 0; b < a.count(); ++b) converged &= jacobi_svd<T>(a.at(b), u.at(b), s + b * n, vt.at(b)) >= 0;
    return converged;
}

}  // namespace mlmath::textbook
