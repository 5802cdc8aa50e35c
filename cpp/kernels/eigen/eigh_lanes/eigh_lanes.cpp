// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes: checks, groups over threads, and what is left to jacobi_eigh.
#include "kernels/eigen/eigh_lanes/eigh_lanes.hpp"

#include <limits>

#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(EighLanesKernels, eigh_lanes_kernels);

namespace {

// A lane that did not converge, by itself.
template <class T>
int again(MatrixView<const T> a, bool lower, T* w, MatrixView<T> v) {
    const std::ptrdiff_t n = a.rows;
    Workspace workspace(static_cast<std::size_t>(n * n) * sizeof(T));
    T* const vectors = v.data != nullptr ? workspace.take<T>(static_cast<std::size_t>(n * n)) : nullptr;
    const bool ok = static_cast<bool>(jacobi_eigh<T>(1, a, 0, lower, w, vectors, 1));
    if (vectors != nullptr)
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) v.data[i * v.row_stride + j * v.column_stride] = vectors[i * n + j];
    return ok ? 0 : 1;
}

}  // namespace

template <class T>
void eigh_lanes(const Stack<const T>& a, bool lower, T* w, const Stack<T>& v, int* info, int threads, FailingWays ways) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_shape("eigh_lanes", "a", a.first.rows, a.first.columns, n, n);
    const bool vectors = v.first.data != nullptr;
    if (vectors) {
        check_shape("eigh_lanes", "v", v.first.rows, v.first.columns, n, n);
        check_same_stack("eigh_lanes", "a", a, "v", v);
    }
    if (n > eigh_lanes_most) invalid_argument("eigh_lanes", "n must be at most 32");
    const EighLanesKernel<T>& kernel = active(eigh_lanes_kernels_by_level).of(T());
    if (n <= 1) {
        for (std::ptrdiff_t i = 0; i < count && n == 1; ++i) {
            const T only = *a.at(i).data;
            info[i] = only - only == 0 ? 0 : eigh_lanes_not_finite;
            w[i] = info[i] == 0 ? only : std::numeric_limits<T>::quiet_NaN();
            if (vectors) *v.at(i).data = info[i] == 0 ? T(1) : std::numeric_limits<T>::quiet_NaN();
        }
        return;
    }
    const std::ptrdiff_t lanes = eigh_lanes_groups(n) * kernel.lanes;
    const double order = static_cast<double>(n), flops = order * order * (vectors ? 10 * order : 50);
    const std::ptrdiff_t tile = n <= eigh_lanes_jacobi ? 2 * n * n : eigh_lanes_tile(n);
    over_lanes<T>(count, lanes, tile, flops, threads, [&](const Lanes& group, T* registers) {
        constexpr int most = std::max(eigh_lanes_jacobi_groups, eigh_lanes_ql_groups) * most_lanes;
        const T* from[most];
        T *values[most], *to[most];
        int infos[most];
        for (int l = 0; l < lanes; ++l) {
            from[l] = a.at(group.index(l)).data;
            values[l] = w + group.index(l) * n;
            to[l] = vectors ? v.at(group.index(l)).data : nullptr;
        }
        const MatrixView<const T> lower_first = lower ? a.first : transposed(a.first);
        kernel.run({n, group.some, from, lower_first.row_stride, lower_first.column_stride, values, vectors ? to : nullptr,
                    v.first.row_stride, v.first.column_stride, registers, infos});
        for (std::ptrdiff_t l = 0; l < group.some; ++l) {
            const std::ptrdiff_t i = group.first + l;
            const MatrixView<T> vi = vectors ? v.at(i) : MatrixView<T>{};
            const bool good = FailingWays::succeeded(infos[l] == 0, ways.lanes, vi, MatrixView<T>{w + i * n, 1, n, n, 1});
            info[i] = good || infos[l] < 0 ? infos[l] : again<T>(a.at(i), lower, w + i * n, vi);
        }
    });
}

template void eigh_lanes(const Stack<const double>&, bool, double*, const Stack<double>&, int*, int, FailingWays);
template void eigh_lanes(const Stack<const float>&, bool, float*, const Stack<float>&, int*, int, FailingWays);

}  // namespace mlmath
