// SPDX-License-Identifier: BSD-3-Clause
// cholesky: checks, groups side by side, the recursion whose large parts are triangular solves and products.
#include "kernels/factor/cholesky/cholesky.hpp"

#include <algorithm>
#include <limits>

#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/syrk/syrk.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/cholesky/cholesky_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CholeskyKernels, cholesky_kernels);

namespace {

// l: the lower triangle of A, with zeros above, in place.
template <class T>
int factor(const CholeskyKernel<T>& kernel, MatrixView<T> l, int threads) {
    const std::ptrdiff_t n = l.rows;
    if (n <= cholesky_block)
        return kernel.block(n, l.data, l.row_stride, l.column_stride, l.data, l.row_stride, l.column_stride);
    // A multiple of the block, so that the diagonal is cut into whole blocks.
    const std::ptrdiff_t half = (n / 2 + cholesky_block - 1) / cholesky_block * cholesky_block;
    const MatrixView<T> corner = part_of(l, 0, half, 0, half), below = part_of(l, half, n, 0, half), rest = part_of(l, half, n, half, n);
    if (const int info = factor(kernel, corner, threads); info != 0) return info;
    trsm<T>({as_const(corner), true, false}, transposed(below), threads);
    syrk<T>(-1, as_const(below), 1, rest, true, threads);
    const int info = factor(kernel, rest, threads);
    return info > 0 ? info + static_cast<int>(half) : info;
}

template <class T>
int one_matrix(const CholeskyKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> l, int threads) {
    const std::ptrdiff_t n = a.rows;
    if (n <= cholesky_block) return kernel.block(n, a.data, a.row_stride, a.column_stride, l.data, l.row_stride, l.column_stride);
    // The lower triangle, a row of blocks after the other; the blocks on the diagonal element by element.
    fill(l, T(0));
    for (std::ptrdiff_t i = 0; i < n; i += cholesky_block) {
        const std::ptrdiff_t end = std::min(n, i + cholesky_block);
        copy(part_of(a, i, end, 0, i), part_of(l, i, end, 0, i));
        for (std::ptrdiff_t r = i; r < end; ++r)
            copy(part_of(a, r, r + 1, i, r + 1), part_of(l, r, r + 1, i, r + 1));
    }
    const int info = factor(kernel, l, threads);
    if (info != 0) fill(l, std::numeric_limits<T>::quiet_NaN());
    return info;
}

}  // namespace

template <class T>
std::ptrdiff_t cholesky(const Stack<const T>& a, const Stack<T>& l, int* info, int threads) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_same_size("cholesky", "rows of a", n, "columns of a", a.first.columns);
    check_shape("cholesky", "l", l.first.rows, l.first.columns, n, n);
    check_same_stack("cholesky", "a", a, "l", l);
    const CholeskyKernel<T>& kernel = active(cholesky_kernels_by_level).of(T());
    const double flops = static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / 3;
    // Alone, a matrix is faster than a group of which most lanes are its copies.
    if (n > cholesky_lanes || count < kernel.lanes / 2) {
        over_matrices(count, flops, threads,
                      [&](std::ptrdiff_t i, int inside) { info[i] = one_matrix<T>(kernel, a.at(i), l.at(i), inside); });
    } else {
        over_lanes<T>(count, kernel.lanes, 2 * n * n, flops, threads, [&](const Lanes& lanes, T* tile) {
            const T* from[most_lanes];
            T* to[most_lanes];
            int infos[most_lanes];
            for (int lane = 0; lane < kernel.lanes; ++lane) {
                from[lane] = a.at(lanes.index(lane)).data;
                to[lane] = l.at(lanes.index(lane)).data;
            }
            kernel.group(n, from, a.first.row_stride, a.first.column_stride, to, l.first.row_stride, l.first.column_stride, tile, infos);
            std::copy_n(infos, lanes.some, info + lanes.first);
        });
    }
    return count - std::count(info, info + count, 0);
}

template std::ptrdiff_t cholesky(const Stack<const double>&, const Stack<double>&, int*, int);
template std::ptrdiff_t cholesky(const Stack<const float>&, const Stack<float>&, int*, int);

}  // namespace mlmath
