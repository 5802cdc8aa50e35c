// SPDX-License-Identifier: BSD-3-Clause
// svd: checks, stacks, the tall one of A and A^T, rotations when asked for or when all else fails.
#include "kernels/eigen/svd/svd.hpp"

#include <string>

#include "kernels/eigen/jacobi_svd/jacobi_svd.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_complete.hpp"
#include "kernels/eigen/svd/svd_matrix.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(QrKernels, qr_kernels);

namespace {

template <class T>
Stack<T> alone(MatrixView<T> a) {
    return {a, 0, nullptr, nullptr};
}

// One matrix by rotations, m >= n.
template <class T>
int rotated(MatrixView<const T> a, MatrixView<T> u, T* s, MatrixView<T> vt, bool from_left, int threads) {
    const std::ptrdiff_t m = a.rows, n = a.columns;
    const bool vectors = u.data != nullptr;
    int info = 0;
    jacobi_svd<T>(alone(a), alone(vectors ? part_of(u, 0, m, 0, n) : MatrixView<T>{nullptr, m, 0, 0, 0}), s,
                  alone(vectors ? vt : MatrixView<T>{nullptr, 0, n, 0, 0}), &info, threads);
    if (info != 0) return info == jacobi_svd_not_finite ? svd_not_finite : svd_failed;
    if (!vectors) return 0;
    complete_columns(u, n, threads);
    if (from_left)
        canonical_rows(transposed(u), vt, threads);
    else
        canonical_rows(vt, transposed(u), threads);
    return 0;
}

template <class T>
void undefined(MatrixView<T> u, T* s, std::ptrdiff_t p, MatrixView<T> vt) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    if (u.data != nullptr) fill(u, nan), fill(vt, nan);
    std::fill_n(s, p, nan);
}

template <class T>
void identity(MatrixView<T> a) {
    if (a.data == nullptr || a.rows == 0 || a.columns == 0) return;
    fill(a, T(0));
    for (std::ptrdiff_t i = 0; i < std::min(a.rows, a.columns); ++i) a.data[i * (a.row_stride + a.column_stride)] = 1;
}

// m >= n.
template <class T>
void tall(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads, SvdDriver driver,
          bool from_left, FailingWays ways) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, count = a.count();
    const bool vectors = u.first.data != nullptr;
    const QrKernel<T>& kernel = active(qr_kernels_by_level).of(T());
    const double flops = static_cast<double>(n) * static_cast<double>(n) *
                         (4 * static_cast<double>(m) + (vectors ? 20 : 4) * static_cast<double>(n) + 100);
    over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) {
        const MatrixView<const T> ai = a.at(i);
        const MatrixView<T> ui = vectors ? u.at(i) : MatrixView<T>{}, vti = vectors ? vt.at(i) : MatrixView<T>{};
        T* const si = s + i * n;
        if (n == 0) {
            identity(ui);
            info[i] = 0;
            return;
        }
        info[i] = svd_failed;
        if (driver == SvdDriver::automatic) info[i] = SvdOfMatrix<T>(kernel, ai, ui, si, vti, from_left, inside, ways).run();
        if (info[i] == svd_failed) info[i] = rotated(ai, ui, si, vti, from_left, inside);
        if (info[i] != 0) undefined(ui, si, n, vti);
    });
}

// Matrices of a stack from which those above svd_lanes_alone go side by side. Constraint: a group of lanes costs the same however
// many are taken. Decision: 4, half of the doubles in 64 bytes.
constexpr std::ptrdiff_t least_lanes = 4;

}  // namespace

template <class T>
void svd(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads, SvdDriver driver,
         FailingWays ways) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, p = std::min(m, n);
    if (u.first.data != nullptr) {
        check_shape("svd", "u", u.first.rows, u.first.columns, m, u.first.columns == p ? p : m);
        check_shape("svd", "vt", vt.first.rows, vt.first.columns, vt.first.rows == p ? p : n, n);
        check_same_stack("svd", "a", a, "u", u);
        check_same_stack("svd", "a", a, "vt", vt);
    }
    const std::ptrdiff_t most = a.count() >= least_lanes ? svd_lanes_most : svd_lanes_alone;
    if (driver == SvdDriver::automatic && p > 0 && std::max(m, n) <= most) return svd_lanes(a, u, s, vt, info, threads, ways);
    if (m >= n)
        tall(a, u, s, vt, info, threads, driver, false, ways);
    else
        tall<T>(transposed(a), transposed(vt), s, transposed(u), info, threads, driver, true, ways);
}

template void svd(const Stack<const double>&, const Stack<double>&, double*, const Stack<double>&, int*, int, SvdDriver,
                  FailingWays);
template void svd(const Stack<const float>&, const Stack<float>&, float*, const Stack<float>&, int*, int, SvdDriver, FailingWays);

}  // namespace mlmath
