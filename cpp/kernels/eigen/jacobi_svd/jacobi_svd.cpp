// SPDX-License-Identifier: BSD-3-Clause
// jacobi_svd: triangles, scaling, groups side by side, and the way back to A's vectors.
#include "kernels/eigen/jacobi_svd/jacobi_svd.hpp"

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_rows.hpp"
#include "kernels/factor/qr/qr.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(JacobiSvdKernels, jacobi_svd_kernels);
MLMATH_KERNEL_TABLE(QrKernels, qr_kernels);

namespace {

template <class T>
Stack<T> alone(MatrixView<T> a) {
    return {a, 0, nullptr, nullptr};
}

template <class T>
void set(MatrixView<T> a, T value) {
    if (a.rows > 0 && a.columns > 0) fill(a, value);
}

// One matrix and its results, m >= n: what stays the same from the triangle to the vectors.
template <class T>
struct Tall {
    MatrixView<const T> a;
    MatrixView<T> u;
    T* s;
    MatrixView<T> vt;
    std::ptrdiff_t n() const { return a.columns; }
    bool vectors() const { return u.columns > 0; }

    void undefined() const {
        const T nan = std::numeric_limits<T>::quiet_NaN();
        set(u, nan);
        std::fill_n(s, n(), nan);
        set(vt, nan);
    }

    // s, V and J^T (n x n, by rows) from orthogonal rows [V^T-to-be, J^T].
    void finish(const OrthogonalRows<T>& rows, int exponent, T* jt) const {
        for (std::ptrdiff_t k = 0; k < n(); ++k) s[k] = std::ldexp(rows.length(k), -exponent);
        if (vt.rows > 0) rows.directions(vt);
        if (vectors())
            for (std::ptrdiff_t k = 0; k < n(); ++k) std::copy_n(rows.row(k) + n(), n(), jt + k * n());
    }
};

// q (m x n) and the scaled triangle in x; the exponent goes with it. False: NaN or infinity.
template <class T>
bool triangle(const Tall<T>& one, MatrixView<T> q, T* x, std::ptrdiff_t stride, int& exponent, int threads) {
    const std::ptrdiff_t m = one.a.rows, n = one.n();
    const MatrixView<T> r{x, n, n, stride, 1};
    qr<T>(alone(one.a), alone(q), alone(r), threads);
    exponent = 0;
    T largest = largest_finite<T>(as_const(r));
    if (!qr_lost_nothing(largest)) {
        const T largest_of_a = largest_finite(one.a);
        if (std::isnan(largest_of_a)) return false;
        if (largest_of_a == 0) return true;
        exponent = exponent_to_one(largest_of_a);
        Workspace workspace(static_cast<std::size_t>(m * n) * sizeof(T) + cache_line);
        T* const scaled = workspace.take<T>(static_cast<std::size_t>(m * n));
        copy_scaled(one.a, exponent, scaled, n);
        qr<T>(alone(MatrixView<const T>{scaled, m, n, n, 1}), alone(q), alone(r), threads);
        largest = largest_finite<T>(as_const(r));
    }
    const int again = exponent_to_one(largest);
    copy_scaled<T>(as_const(r), again, x, stride);
    exponent += again;
    return true;
}

template <class T>
int one_matrix(const JacobiSvdKernel<T>& kernel, const Tall<T>& one, int threads) {
    const std::ptrdiff_t m = one.a.rows, n = one.n();
    if (n == 0) return 0;
    const std::ptrdiff_t places = row_places<T>(one.vectors() ? 2 * n : n);
    const std::ptrdiff_t numbers = n * places + (one.vectors() ? m * n + n * n : 0);
    Workspace workspace(static_cast<std::size_t>(numbers) * sizeof(T) + 3 * cache_line);
    T* const x = workspace.take<T>(static_cast<std::size_t>(n * places));
    RowRotations<T> rotations(n);
    MatrixView<T> q{nullptr, m, 0, 0, 1};
    T* jt = nullptr;
    if (one.vectors()) {
        q = {workspace.take<T>(static_cast<std::size_t>(m * n)), m, n, n, 1};
        jt = workspace.take<T>(static_cast<std::size_t>(n * n));
    }
    std::fill_n(x, n * places, T(0));
    int exponent = 0;
    if (!triangle(one, q, x, places, exponent, threads)) {
        one.undefined();
        return jacobi_svd_not_finite;
    }
    if (one.vectors())
        for (std::ptrdiff_t i = 0; i < n; ++i) x[i * places + n + i] = 1;
    if (!rotations.run(kernel, x, places, n, places)) {
        one.undefined();
        return jacobi_svd_not_converged;
    }
    one.finish(OrthogonalRows<T>(x, places, n, n, rotations.squares()), exponent, jt);
    if (one.vectors()) gemm<T>(1, as_const(q), {jt, n, n, 1, n}, 0, one.u, threads);
    return 0;
}

// A stack of small tall matrices, a lane each.
template <class T>
class SideBySide {
public:
    SideBySide(const JacobiSvdKernel<T>& kernel, const QrKernel<T>& qr_kernel, const Stack<const T>& a, bool vectors)
        : kernel_(kernel),
          qr_kernel_(qr_kernel),
          a_(a),
          m_(a.first.rows),
          n_(a.first.columns),
          q_columns_(vectors ? n_ : 0),
          columns_(n_ + q_columns_),
          tile_(std::max(m_ * n_ + m_ * q_columns_ + n_, n_ * columns_)) {}

    // Registers of a group: what qr and the rotations need; then, of every lane, the rows [R, I], Q, J^T, and A should it be
    // scaled.
    std::ptrdiff_t elements() const { return tile_ + n_ * columns_ + m_ * q_columns_ + n_ * q_columns_ + m_ * n_; }

    template <class Of>
    void run(const Lanes& group, T* tile, const Of& of, int* info) const {
        const int lanes = kernel_.lanes;
        T* const rows = tile + tile_ * lanes;
        T* const q = rows + n_ * columns_ * lanes;
        T* const jt = q + m_ * q_columns_ * lanes;
        T* const scaled = jt + n_ * q_columns_ * lanes;
        const T* from[most_lanes] = {};
        T *to_q[most_lanes] = {}, *to_r[most_lanes] = {};
        int exponent[most_lanes] = {};
        bool finite[most_lanes], converged[most_lanes], again = false;
        for (int l = 0; l < lanes; ++l) {
            from[l] = a_.at(group.index(l)).data;
            to_q[l] = q + l * m_ * q_columns_;
            to_r[l] = rows + l * n_ * columns_;
        }
        triangles(from, a_.first.row_stride, a_.first.column_stride, to_q, to_r, tile);
        for (int l = 0; l < lanes; ++l) {
            finite[l] = true;
            if (qr_lost_nothing(largest_finite<T>(triangle(to_r[l])))) continue;
            const T largest = largest_finite(a_.at(group.index(l)));
            finite[l] = !std::isnan(largest);
            exponent[l] = finite[l] ? exponent_to_one(largest) : 0;
            again = true;
        }
        if (again) {  // a lane does not depend on the others: those that were good come out as before
            for (int l = 0; l < lanes; ++l) {
                copy_scaled(a_.at(group.index(l)), exponent[l], scaled + l * m_ * n_, n_);
                if (!finite[l]) std::fill_n(scaled + l * m_ * n_, m_ * n_, T(0));
                from[l] = scaled + l * m_ * n_;
            }
            triangles(from, n_, 1, to_q, to_r, tile);
        }
        for (int l = 0; l < lanes; ++l) {
            const int to_one = exponent_to_one(largest_finite<T>(triangle(to_r[l])));
            copy_scaled<T>(triangle(to_r[l]), to_one, to_r[l], columns_);
            exponent[l] += to_one;
            for (std::ptrdiff_t i = 0; i < n_; ++i)
                for (std::ptrdiff_t j = 0; j < q_columns_; ++j) to_r[l][i * columns_ + n_ + j] = T(i == j);
        }
        kernel_.group(to_r, n_, n_, q_columns_, tile, converged);
        for (int l = 0; l < group.some; ++l) {
            const Tall<T> one = of(group.first + l);
            int& status = info[group.first + l];
            status = !finite[l] ? jacobi_svd_not_finite : converged[l] ? 0 : jacobi_svd_not_converged;
            if (status != 0) {
                one.undefined();
                continue;
            }
            one.finish(OrthogonalRows<T>(to_r[l], columns_, n_, n_, nullptr), exponent[l], jt + l * n_ * n_);
            if (q_columns_ > 0) gemm<T>(1, {to_q[l], m_, n_, n_, 1}, {jt + l * n_ * n_, n_, n_, 1, n_}, 0, one.u, 1);
        }
    }

private:
    MatrixView<const T> triangle(const T* r) const { return {r, n_, n_, columns_, 1}; }
    void triangles(const T* const* from, std::ptrdiff_t row, std::ptrdiff_t column, T* const* q, T* const* r, T* tile) const {
        qr_kernel_.group(m_, n_, q_columns_, from, row, column, q, q_columns_, 1, r, n_, columns_, 1, tile);
    }

    const JacobiSvdKernel<T>& kernel_;
    const QrKernel<T>& qr_kernel_;
    const Stack<const T>& a_;
    const std::ptrdiff_t m_, n_, q_columns_, columns_, tile_;
};

}  // namespace

template <class T>
void jacobi_svd(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, p = std::min(m, n), count = a.count();
    if (m < n) return jacobi_svd(transposed(a), transposed(vt), s, transposed(u), info, threads);
    if (u.first.columns != 0) check_shape("jacobi_svd", "u", u.first.rows, u.first.columns, m, p);
    if (vt.first.rows != 0) check_shape("jacobi_svd", "vt", vt.first.rows, vt.first.columns, p, n);
    check_same_stack("jacobi_svd", "a", a, "u", u);
    check_same_stack("jacobi_svd", "a", a, "vt", vt);
    const JacobiSvdKernel<T>& kernel = active(jacobi_svd_kernels_by_level).of(T());
    const QrKernel<T>& qr_kernel = active(qr_kernels_by_level).of(T());
    const bool vectors = u.first.columns > 0;
    const double flops =
        static_cast<double>(n) * static_cast<double>(n) * (4.0 * static_cast<double>(m) + 50.0 * static_cast<double>(n));
    const auto of = [&](std::ptrdiff_t i) { return Tall<T>{a.at(i), u.at(i), s + i * p, vt.at(i)}; };
    if (m > jacobi_svd_lanes || count < std::max(2, kernel.lanes / 2) || n == 0) {
        over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) { info[i] = one_matrix(kernel, of(i), inside); });
        return;
    }
    const SideBySide<T> side_by_side(kernel, qr_kernel, a, vectors);
    over_lanes<T>(count, kernel.lanes, side_by_side.elements(), flops, threads,
                  [&](const Lanes& group, T* tile) { side_by_side.run(group, tile, of, info); });
}

template void jacobi_svd(const Stack<const double>&, const Stack<double>&, double*, const Stack<double>&, int*, int);
template void jacobi_svd(const Stack<const float>&, const Stack<float>&, float*, const Stack<float>&, int*, int);

}  // namespace mlmath
