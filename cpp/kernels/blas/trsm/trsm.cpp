// SPDX-License-Identifier: BSD-3-Clause
// trsm: checks, columns among threads, the recursion whose large parts are matrix products.
#include "kernels/blas/trsm/trsm.hpp"

#include "core/check.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(TrsmKernels, trsm_kernels);

namespace {

template <class T>
void solve(const Triangular<T>& l, MatrixView<T> b, int threads) {
    if (l.a.rows <= triangular_block)
        return on_adjacent_columns(l, b, [](const TriangularBlock<T>& block) { active(trsm_kernels_by_level).block(block); });
    const std::ptrdiff_t half = l.a.rows / 2;
    const MatrixView<T> above = rows_of(b, 0, half), below = rows_of(b, half, b.rows);
    solve<T>({part_of(l.a, 0, half, 0, half), true, l.unit}, above, threads);
    gemm<T>(-1, part_of(l.a, half, l.a.rows, 0, half), as_const(above), 1, below, threads);
    solve<T>({part_of(l.a, half, l.a.rows, half, l.a.rows), true, l.unit}, below, threads);
}

}  // namespace

template <class T>
void trsm(Triangular<T> l, MatrixView<T> b, int threads) {
    check_same_size("trsm", "rows of l", l.a.rows, "columns of l", l.a.columns);
    check_same_size("trsm", "rows of l", l.a.rows, "rows of b", b.rows);
    if (b.rows == 0 || b.columns == 0) return;
    make_lower(l, b);
    columns_among_threads(l, b, threads, solve<T>);
}

template void trsm(Triangular<double>, MatrixView<double>, int);
template void trsm(Triangular<float>, MatrixView<float>, int);

}  // namespace mlmath
