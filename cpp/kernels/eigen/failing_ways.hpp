// SPDX-License-Identifier: BSD-3-Clause
// eigh, svd: what follows when a way fails, made to happen.
#pragma once
#include <limits>

#include "kernels/factor/stack_work.hpp"

namespace mlmath {

/// Ways that a driver is to take for failed after they have run. Constraint: no matrix is known for which they fail, yet what
/// follows must be right. Decision: tests pass this, nobody else does; a call without it pays one test of a constant argument for
/// each way.
struct FailingWays {
    bool lanes = false;      // a matrix in each lane (eigh_lanes, svd_lanes)
    bool division = false;   // divide and conquer
    bool inverse = false;    // inverse iteration
    bool values = false;     // values alone: QL without roots, differential qd
    bool iteration = false;  // QL with vectors, QR iteration

    /// Whether a way that came out as `good` has succeeded. If it is to fail, what it left is overwritten with NaN: nothing that
    /// follows may read it.
    template <class... Views>
    static bool succeeded(bool good, bool fails, Views... left) {
        if (!good || !fails) return good;
        (spoil(left), ...);
        return false;
    }

private:
    template <class T>
    static void spoil(MatrixView<T> a) {
        if (a.data != nullptr) fill(a, std::numeric_limits<T>::quiet_NaN());
    }
};

}  // namespace mlmath
