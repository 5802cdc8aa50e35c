// SPDX-License-Identifier: BSD-3-Clause
// symm: columns of the symmetric matrix are written out, a chunk of k at a time, and multiplied.
#include "kernels/blas/symm/symm.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/workspace.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_blocking.hpp"
#include "kernels/blas/triangular.hpp"

namespace mlmath {

// Constraint: a matrix stored by half has no layout that packing could read as it is. Arithmetic: writing it out is n^2 copies
//   beside n^2 m multiply-adds. Decision: gemm's chunk of columns at a time, so that the sums are gemm's and the copy stays within
//   the caches.
template <class T>
void symm(T alpha, MatrixView<const T> a, bool lower, MatrixView<const T> b, T beta, MatrixView<T> c, int threads) {
    check_same_size("symm", "rows of a", a.rows, "columns of a", a.columns);
    check_same_size("symm", "rows of a", a.rows, "rows of b", b.rows);
    check_shape("symm", "c", c.rows, c.columns, a.rows, b.columns);
    const std::ptrdiff_t n = a.rows, chunk = std::min(n, gemm_k_chunk<T>);
    if (n == 0 || c.columns == 0) return;
    if (!lower) a = transposed(a);
    Workspace workspace(static_cast<std::size_t>(n * chunk) * sizeof(T));
    T* const whole = workspace.take<T>(n * chunk);
    for (std::ptrdiff_t p = 0; p < n; p += chunk) {
        const std::ptrdiff_t k = std::min(chunk, n - p);
        // Rows of `whole`; 64 at a time are some 10 us.
        const auto write = [&](std::ptrdiff_t piece) {
            for (std::ptrdiff_t i = piece * 64; i < std::min(n, piece * 64 + 64); ++i)
                for (std::ptrdiff_t q = 0; q < k; ++q) {
                    const std::ptrdiff_t row = std::max(i, p + q), column = std::min(i, p + q);
                    whole[i * k + q] = a.data[row * a.row_stride + column * a.column_stride];
                }
        };
        parallel_for((n + 63) / 64, n * k < 1 << 14 ? 1 : threads, write);
        gemm<T>(alpha, {whole, n, k, k, 1}, rows_of(b, p, p + k), p == 0 ? beta : T(1), c, threads);
    }
}

template void symm(double, MatrixView<const double>, bool, MatrixView<const double>, double, MatrixView<double>, int);
template void symm(float, MatrixView<const float>, bool, MatrixView<const float>, float, MatrixView<float>, int);

}  // namespace mlmath
