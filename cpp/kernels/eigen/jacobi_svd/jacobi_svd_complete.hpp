// SPDX-License-Identifier: BSD-3-Clause
// What completes orthonormal columns to an orthogonal matrix. For the drivers that send a matrix to jacobi_svd, which has no more
// vectors than values.
#pragma once
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/factor/qr/qr.hpp"

namespace mlmath {

/// u: m x m, of which the first n columns are orthonormal; those behind them become, by QR of these, an orthonormal basis of what
/// they leave. Nothing to do when u has no more than n columns.
template <class T>
void complete_columns(MatrixView<T> u, std::ptrdiff_t n, int threads) {
    const std::ptrdiff_t m = u.rows;
    if (u.columns <= n) return;
    const auto alone = [](auto view) { return Stack<std::remove_pointer_t<decltype(view.data)>>{view, 0, nullptr, nullptr}; };
    Workspace workspace(whole_lines(static_cast<std::size_t>(m * m) * sizeof(T)) + static_cast<std::size_t>(m * n) * sizeof(T));
    const MatrixView<T> q{workspace.take<T>(static_cast<std::size_t>(m * m)), m, m, m, 1},
        r{workspace.take<T>(static_cast<std::size_t>(m * n)), m, n, n, 1};
    qr<T>(alone(as_const(part_of(u, 0, m, 0, n))), alone(q), alone(r), threads);
    copy(as_const(part_of(q, 0, m, n, u.columns)), part_of(u, 0, m, n, u.columns));
}

}  // namespace mlmath
