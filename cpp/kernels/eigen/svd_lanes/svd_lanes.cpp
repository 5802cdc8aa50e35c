// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes: checks, groups over threads, and what is left to jacobi_svd.
#include "kernels/eigen/svd_lanes/svd_lanes.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/eigen/jacobi_svd/jacobi_svd.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_complete.hpp"
#include "kernels/eigen/signs.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SvdLanesKernels, svd_lanes_kernels);

namespace {

// A lane that did not converge, by itself. u and vt may be square.
template <class T>
int again(MatrixView<const T> a, MatrixView<T> whole_u, T* s, MatrixView<T> whole_vt) {
    const std::ptrdiff_t p = std::min(a.rows, a.columns);
    MatrixView<T> u = whole_u, vt = whole_vt;
    u.columns = p;
    vt.rows = p;
    const auto alone = [](auto view) { return Stack<std::remove_pointer_t<decltype(view.data)>>{view, 0, nullptr, nullptr}; };
    int info = 0;
    if (u.data == nullptr) {
        u.columns = 0;
        vt.rows = 0;
    }
    jacobi_svd<T>(alone(a), alone(u), s, alone(vt), &info, 1);
    if (u.data != nullptr) {
        complete_columns(whole_u, p, 1);
        complete_columns(transposed(whole_vt), p, 1);
        canonical_rows(whole_vt, transposed(whole_u), 1);
    }
    return info;
}

}  // namespace

template <class T>
void svd_lanes(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads, FailingWays ways) {
    const std::ptrdiff_t rows = a.first.rows, columns = a.first.columns, p = std::min(rows, columns), count = a.count();
    const bool vectors = u.first.data != nullptr, wide = rows < columns;
    if (vectors) {
        check_shape("svd_lanes", "u", u.first.rows, u.first.columns, rows, u.first.columns == p ? p : rows);
        check_shape("svd_lanes", "vt", vt.first.rows, vt.first.columns, vt.first.rows == p ? p : columns, columns);
        check_same_stack("svd_lanes", "a", a, "u", u);
        check_same_stack("svd_lanes", "a", a, "vt", vt);
    }
    if (std::max(rows, columns) > svd_lanes_most || p < 1) invalid_argument("svd_lanes", "m and n must be 1 to 32");
    const SvdLanesKernel<T>& kernel = active(svd_lanes_kernels_by_level).of(T());
    const std::ptrdiff_t m = std::max(rows, columns), lanes = svd_lanes_groups(m, p) * kernel.lanes;
    // Of the tall one of A and A^T; its U is what belongs to the rows.
    const MatrixView<const T> tall = wide ? transposed(a.first) : a.first;
    const Stack<T>& of_rows = wide ? vt : u;
    const Stack<T>& of_columns = wide ? u : vt;
    const MatrixView<T> u_tall = wide ? transposed(vt.first) : u.first, v_tall = wide ? u.first : transposed(vt.first);
    const std::ptrdiff_t u_vectors = vectors ? u_tall.columns : p;
    const double order = static_cast<double>(p), more = static_cast<double>(u_vectors),
                 flops = order * static_cast<double>(m) * (vectors ? 20 * order + 4 * more : 100);
    over_lanes<T>(count, lanes, svd_lanes_tile(m, p, u_vectors), flops, threads, [&](const Lanes& group, T* registers) {
        constexpr int most = std::max(svd_lanes_jacobi_groups, svd_lanes_qr_groups) * most_lanes;
        const T* from[most];
        T *values[most], *to_u[most], *to_v[most];
        int infos[most];
        for (int l = 0; l < lanes; ++l) {
            const std::ptrdiff_t i = group.index(l);
            from[l] = a.at(i).data;
            values[l] = s + i * p;
            to_u[l] = vectors ? of_rows.at(i).data : nullptr;
            to_v[l] = vectors ? of_columns.at(i).data : nullptr;
        }
        kernel.run({m, p, u_vectors, group.some, from, tall.row_stride, tall.column_stride, values, vectors ? to_u : nullptr,
                    u_tall.row_stride, u_tall.column_stride, vectors ? to_v : nullptr, v_tall.row_stride, v_tall.column_stride,
                    wide, registers, infos});
        for (std::ptrdiff_t l = 0; l < group.some; ++l) {
            const std::ptrdiff_t i = group.first + l;
            const MatrixView<T> ui = vectors ? u.at(i) : u.first, vti = vectors ? vt.at(i) : vt.first;
            const bool good = FailingWays::succeeded(infos[l] == 0, ways.lanes, ui, vti, MatrixView<T>{s + i * p, 1, p, p, 1});
            info[i] = good || infos[l] < 0 ? infos[l] : again<T>(a.at(i), ui, s + i * p, vti);
        }
    });
}

template void svd_lanes(const Stack<const double>&, const Stack<double>&, double*, const Stack<double>&, int*, int, FailingWays);
template void svd_lanes(const Stack<const float>&, const Stack<float>&, float*, const Stack<float>&, int*, int, FailingWays);

}  // namespace mlmath
