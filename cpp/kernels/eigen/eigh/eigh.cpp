// SPDX-License-Identifier: BSD-3-Clause
// eigh: scaling, the choice of the algorithm, what follows when one fails, order and signs.
#include "kernels/eigen/eigh/eigh.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/eigh/eigh_kernels.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"
#include "kernels/eigen/tridiagonalize/tridiagonalize.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(EighKernels, eigh_kernels);

namespace {

template <class T>
class Eigh {
public:
    Eigh(MatrixView<const T> a, bool lower, T* w, MatrixView<T> v, int threads, FailingWays ways)
        : a_(a),
          lower_(lower),
          w_(w),
          v_(v),
          n_(a.rows),
          threads_(threads),
          ways_(ways),
          kernel_(active(eigh_kernels_by_level).of(T())) {}

    int solve() {
        if (n_ == 0) return 0;
        const T largest = largest_of_triangle();
        if (!(largest <= std::numeric_limits<T>::max())) {
            fill_nan();
            return eigh_not_finite;
        }
        exponent_ = exponent_to_one(largest);
        if (v_.data == nullptr ? values() : vectors()) {
            scale_run(w_, n_, -exponent_);
            return 0;
        }
        if (jacobi()) return 0;
        fill_nan();
        return 1;
    }

private:
    T largest_of_triangle() const {
        MatrixView<const T> a = lower_ ? a_ : transposed(a_);
        if (a.column_stride == 1) return kernel_.largest(n_, a.data, a.row_stride, 1, 1);
        if (a.row_stride == 1) return kernel_.largest(n_, a.data, a.column_stride + 1, n_, -1);
        return largest_finite_of_lower(a);
    }

    void fill_nan() {
        std::fill(w_, w_ + n_, std::numeric_limits<T>::quiet_NaN());
        if (v_.data != nullptr) fill(v_, std::numeric_limits<T>::quiet_NaN());
    }

    static std::size_t bytes_of(std::ptrdiff_t count) { return whole_lines(static_cast<std::size_t>(count) * sizeof(T)); }

    MatrixView<T> row(T* x) const { return {x, 1, n_, n_, 1}; }

    bool values() {
        Tridiagonalization<T> reduced(n_, false);
        Workspace workspace(reduced.bytes() + 2 * bytes_of(n_));
        reduced.take(workspace);
        T *const d = workspace.take<T>(n_), *const e = workspace.take<T>(n_);
        reduced.reduce(a_, lower_, exponent_, d, e, threads_);
        if (!FailingWays::succeeded(tridiagonal_values<T>(n_, d, e), ways_.values, row(d))) return false;
        std::copy_n(d, n_, w_);
        return true;
    }

    bool vectors() {
        const bool whole_rows = v_.column_stride == 1, divide = n_ > eigh_ql_most;
        const std::ptrdiff_t ld = row_places<T>(n_);
        Tridiagonalization<T> reduced(n_, true);
        Workspace workspace(reduced.bytes() + (divide ? 4 : 2) * bytes_of(n_) + (divide && !whole_rows ? bytes_of(n_ * ld) : 0));
        reduced.take(workspace);
        T *const d = workspace.take<T>(n_), *const e = workspace.take<T>(n_);
        reduced.reduce(a_, lower_, exponent_, d, e, threads_);
        if (divide) {
            T *const divided_d = workspace.take<T>(n_), *const divided_e = workspace.take<T>(n_);
            std::copy_n(d, n_, divided_d);
            std::copy_n(e, n_ - 1, divided_e);
            const MatrixView<T> z = whole_rows ? v_ : MatrixView<T>{workspace.take<T>(n_ * ld), n_, n_, ld, 1};
            if (FailingWays::succeeded(tridiagonal_dc<T>(n_, divided_d, divided_e, z, threads_), ways_.division, z,
                                       row(divided_d))) {
                std::copy_n(divided_d, n_, w_);
                reduced.apply(z, threads_);
                turn_columns(z);
                if (!whole_rows) copy(as_const(z), v_);
                return true;
            }
        }
        return by_ql(reduced, d, e);
    }

    bool by_ql(Tridiagonalization<T>& reduced, T* d, T* e) {
        const std::ptrdiff_t ld = row_places<T>(n_);
        Workspace workspace(bytes_of(n_ * ld));
        T* const zt = workspace.take<T>(n_ * ld);
        const MatrixView<T> q{zt, n_, n_, 1, ld};
        reduced.form(q, threads_);
        if (!FailingWays::succeeded(tridiagonal_ql<T>(n_, d, e, zt, ld, n_), ways_.iteration, q, row(d))) return false;
        std::copy_n(d, n_, w_);
        kernel_.turn_rows(zt, ld, n_, n_);
        copy(as_const(q), v_);
        return true;
    }

    // Pieces of columns that the second-level cache holds from the search to the change.
    void turn_columns(MatrixView<T> z) const {
        constexpr std::ptrdiff_t columns = 64;
        parallel_for((n_ + columns - 1) / columns, n_ >= 512 ? threads_ : 1, [&](std::ptrdiff_t piece) {
            const std::ptrdiff_t left = piece * columns, right = std::min(n_, left + columns);
            kernel_.turn_columns(z.data + left, z.row_stride, n_, right - left);
        });
    }

    bool jacobi() {
        Workspace workspace(v_.data == nullptr ? 0 : bytes_of(n_ * n_));
        T* const v = v_.data == nullptr ? nullptr : workspace.take<T>(n_ * n_);
        if (!jacobi_eigh<T>(1, a_, 0, lower_, w_, v, threads_)) return false;
        if (v != nullptr) copy(MatrixView<const T>{v, n_, n_, n_, 1}, v_);
        return true;
    }

    const MatrixView<const T> a_;
    const bool lower_;
    T* const w_;
    const MatrixView<T> v_;
    const std::ptrdiff_t n_;
    const int threads_;
    const FailingWays ways_;
    const EighKernel<T>& kernel_;
    int exponent_ = 0;
};

// Matrices of a stack from which those above eigh_lanes_alone go side by side. Constraint: a group of lanes takes as long for one
// matrix as for eight. Decision: half of them.
constexpr std::ptrdiff_t few = 4;

}  // namespace

template <class T>
void eigh(const Stack<const T>& a, bool lower, T* w, const Stack<T>& v, int* info, int threads, FailingWays ways) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_shape("eigh", "a", n, a.first.columns, n, n);
    const bool vectors = v.first.data != nullptr;
    if (vectors) {
        check_shape("eigh", "v", v.first.rows, v.first.columns, n, n);
        check_same_stack("eigh", "a", a, "v", v);
    }
    // Small matrices: a lane for each; the smallest also when alone.
    if (1 <= n && n <= (count >= few ? eigh_lanes_most : eigh_lanes_alone))
        return eigh_lanes<T>(a, lower, w, v, info, threads, ways);
    // Constraint: two threads in one matrix meet at every row of the reduction; a matrix each, never. Decision: stacks of matrices
    // up to 512 are divided, whatever over_matrices would think of their work.
    const double size = static_cast<double>(n), flops = (vectors ? 9 : 2) * size * size * size;
    over_matrices(count, count > 1 && n <= 512 ? std::min(flops, 8e6) : flops, threads, [&](std::ptrdiff_t i, int inside) {
        info[i] = Eigh<T>(a.at(i), lower, w + i * n, vectors ? v.at(i) : MatrixView<T>{nullptr, n, n, 0, 0}, inside, ways).solve();
    });
}

template void eigh(const Stack<const double>&, bool, double*, const Stack<double>&, int*, int, FailingWays);
template void eigh(const Stack<const float>&, bool, float*, const Stack<float>&, int*, int, FailingWays);

}  // namespace mlmath
