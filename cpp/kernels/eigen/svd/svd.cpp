// SPDX-License-Identifier: BSD-3-Clause
// svd: triangles, scaling, groups side by side, and the way back to A's vectors.
#include "kernels/eigen/svd/svd.hpp"

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/svd/svd_rows.hpp"
#include "kernels/factor/qr/qr.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SvdKernels, svd_kernels);
MLMATH_KERNEL_TABLE(QrKernels, qr_kernels);

namespace {

// A triangle whose largest magnitude lies below has lost digits to the smallest numbers: it is taken again of a scaled matrix.
template <class T>
constexpr T least_triangle = sizeof(T) == 8 ? T(0x1p-800) : T(0x1p-60);

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
    if (!(largest >= least_triangle<T>)) {
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
int one_matrix(const SvdKernel<T>& kernel, const Tall<T>& one, int threads) {
    const std::ptrdiff_t m = one.a.rows, n = one.n();
    if (n == 0) return 0;
    const std::ptrdiff_t places = row_places<T>(one.vectors() ? 2 * n : n);
    const std::ptrdiff_t numbers = n * places + 7 * n + (one.vectors() ? m * n + n * n : 0);
    Workspace workspace(static_cast<std::size_t>(numbers) * sizeof(T) + static_cast<std::size_t>(n) * sizeof(T*) + 6 * cache_line);
    T *const x = workspace.take<T>(static_cast<std::size_t>(n * places)), *const squares = workspace.take<T>(static_cast<std::size_t>(n)),
             *const work = workspace.take<T>(static_cast<std::size_t>(6 * n));
    T** const row = workspace.take<T*>(static_cast<std::size_t>(n));
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
        return svd_not_finite;
    }
    if (one.vectors())
        for (std::ptrdiff_t i = 0; i < n; ++i) x[i * places + n + i] = 1;
    if (kernel.orthogonalize(x, places, n, n, places, squares, work, row) < 0) {
        one.undefined();
        return svd_not_converged;
    }
    one.finish(OrthogonalRows<T>(x, places, n, n, squares), exponent, jt);
    if (one.vectors()) gemm<T>(1, as_const(q), {jt, n, n, 1, n}, 0, one.u, threads);
    return 0;
}

}  // namespace

template <class T>
void svd(const Stack<const T>& a, const Stack<T>& u, T* s, const Stack<T>& vt, int* info, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, p = std::min(m, n), count = a.count();
    if (m < n) return svd(transposed(a), transposed(vt), s, transposed(u), info, threads);
    if (u.first.columns != 0) check_shape("svd", "u", u.first.rows, u.first.columns, m, p);
    if (vt.first.rows != 0) check_shape("svd", "vt", vt.first.rows, vt.first.columns, p, n);
    check_same_stack("svd", "a", a, "u", u);
    check_same_stack("svd", "a", a, "vt", vt);
    const SvdKernel<T>& kernel = active(svd_kernels_by_level).of(T());
    const QrKernel<T>& qr_kernel = active(qr_kernels_by_level).of(T());
    const bool vectors = u.first.columns > 0;
    const double flops = static_cast<double>(n) * static_cast<double>(n) * (4.0 * static_cast<double>(m) + 50.0 * static_cast<double>(n));
    const auto of = [&](std::ptrdiff_t i) { return Tall<T>{a.at(i), u.at(i), s + i * p, vt.at(i)}; };
    if (m > svd_lanes || count < std::max(2, kernel.lanes / 2) || n == 0) {
        over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) { info[i] = one_matrix(kernel, of(i), inside); });
        return;
    }
    // In the tile: what qr and the rotations need; behind it the rows [R, I] and Q of every lane, and J^T.
    const std::ptrdiff_t q_columns = vectors ? n : 0, columns = n + q_columns, lanes = kernel.lanes;
    const std::ptrdiff_t tile_elements = std::max(m * n + m * q_columns + n, n * columns);
    over_lanes<T>(count, lanes, tile_elements + n * columns + m * q_columns + n * q_columns, flops, threads,
                  [&](const Lanes& group, T* tile) {
                      T* const rows = tile + tile_elements * lanes;
                      T* const q = rows + n * columns * lanes;
                      T* const jt = q + m * q_columns * lanes;
                      const T* from[most_lanes];
                      T *to_q[most_lanes], *to_r[most_lanes];
                      for (int l = 0; l < lanes; ++l) {
                          from[l] = a.at(group.index(l)).data;
                          to_q[l] = q + l * m * q_columns;
                          to_r[l] = rows + l * n * columns;
                      }
                      qr_kernel.group(m, n, q_columns, from, a.first.row_stride, a.first.column_stride, to_q, q_columns, 1, to_r, n,
                                      columns, 1, tile);
                      int exponents[most_lanes];
                      bool alone_again[most_lanes], converged[most_lanes];
                      for (int l = 0; l < lanes; ++l) {
                          const MatrixView<T> r{to_r[l], n, n, columns, 1};
                          const T largest = largest_finite<T>(as_const(r));
                          alone_again[l] = !(largest >= least_triangle<T>);
                          exponents[l] = alone_again[l] ? 0 : exponent_to_one(largest);
                          if (alone_again[l])
                              fill(r, T(0));
                          else
                              copy_scaled<T>(as_const(r), exponents[l], to_r[l], columns);
                          for (std::ptrdiff_t i = 0; i < n; ++i)
                              for (std::ptrdiff_t j = 0; j < q_columns; ++j) to_r[l][i * columns + n + j] = T(i == j);
                      }
                      kernel.group(to_r, n, n, q_columns, tile, converged);
                      for (int l = 0; l < group.some; ++l) {
                          const Tall<T> one = of(group.first + l);
                          int& status = info[group.first + l];
                          if (alone_again[l]) {  // zero, tiny, huge or not finite
                              status = one_matrix(kernel, one, 1);
                              continue;
                          }
                          status = converged[l] ? 0 : svd_not_converged;
                          if (!converged[l]) {
                              one.undefined();
                              continue;
                          }
                          one.finish(OrthogonalRows<T>(to_r[l], columns, n, n, nullptr), exponents[l], jt + l * n * n);
                          if (vectors)
                              gemm<T>(1, {to_q[l], m, n, n, 1}, {jt + l * n * n, n, n, 1, n}, 0, one.u, 1);
                      }
                  });
}

template void svd(const Stack<const double>&, const Stack<double>&, double*, const Stack<double>&, int*, int);
template void svd(const Stack<const float>&, const Stack<float>&, float*, const Stack<float>&, int*, int);

}  // namespace mlmath
