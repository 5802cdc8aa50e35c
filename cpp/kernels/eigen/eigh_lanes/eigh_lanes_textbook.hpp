// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes, textbook: matrix after matrix by cyclic Jacobi rotations. Oracle of the tests, baseline.
#pragma once
#include "core/stack.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh_textbook.hpp"

namespace mlmath::textbook {

/// a, v: stacks of (n, n); w: n for each. False when a matrix did not converge.
template <class T>
bool eigh_lanes(const Stack<const T>& a, T* w, const Stack<T>& v) {
    const std::ptrdiff_t n = a.first.rows;
    bool converged = true;
    for (std::ptrdiff_t b = 0; b < a.count(); ++b) converged &= jacobi_eigh<T>(a.at(b), {w + b * n, n, 1}, v.at(b)) >= 0;
    return converged;
}

}  // namespace mlmath::textbook
