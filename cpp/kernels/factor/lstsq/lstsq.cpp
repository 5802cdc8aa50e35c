// SPDX-License-Identifier: BSD-3-Clause
// lstsq: the choice of the way, groups side by side, and from orthogonal rows to the shortest solution.
#include "kernels/factor/lstsq/lstsq.hpp"

#include "kernels/eigen/svd/svd.hpp"
#include "kernels/eigen/svd/svd_rows.hpp"
#include "kernels/factor/least_squares/normal_equations.hpp"
#include "kernels/factor/least_squares/reduced_system.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LeastSquaresKernels, least_squares_kernels);
MLMATH_KERNEL_TABLE(QrKernels, qr_kernels);
MLMATH_KERNEL_TABLE(SvdKernels, svd_kernels);

namespace {

/// Rows and columns (with right-hand sides) up to which matrices of a stack go side by side: the limit of qr, which comes first.
constexpr std::ptrdiff_t lstsq_lanes = 32;

// A triangle outside of this has lost digits, or squares of its right-hand sides: such a matrix goes alone.
template <class T>
bool side_by_side(T largest) {
    return largest >= (sizeof(T) == 8 ? T(0x1p-300) : T(0x1p-40)) && largest <= (sizeof(T) == 8 ? T(0x1p+500) : T(0x1p+60));
}

// One matrix and its results.
template <class T>
struct Problem {
    MatrixView<const T> a, b;
    T rcond;
    MatrixView<T> x;
    T* residuals;
    std::int64_t* rank;
    T* s;
    int* info;

    std::ptrdiff_t m() const { return a.rows; }
    std::ptrdiff_t n() const { return a.columns; }
    std::ptrdiff_t q() const { return b.columns; }
    std::ptrdiff_t order() const { return std::min(a.rows, a.columns); }

    void failed(int status) const {
        const T nan = std::numeric_limits<T>::quiet_NaN();
        fill(x, nan);
        std::fill_n(residuals, q(), nan);
        std::fill_n(s, order(), nan);
        *rank = -1;
        *info = status;
    }

    // From orthogonal rows of 2^exponent A that carry the transformed b_j (times 2^exponents_of_b[j]) behind their n elements.
    // column(k): where element k of a row belongs.
    template <class Column, class Exponent>
    void finish(const OrthogonalRows<T>& rows, int exponent, Exponent&& exponent_of_b, Column&& column) const {
        *info = 0;
        std::fill_n(s, order(), T(0));
        for (std::ptrdiff_t k = 0; k < rows.rows(); ++k) s[k] = std::ldexp(rows.length(k), -exponent);
        std::ptrdiff_t known = 0;
        while (known < rows.rows() && rows.length(known) > 0 && rows.length(known) > rcond * rows.length(0)) ++known;
        *rank = known;
        std::vector<T> sum(static_cast<std::size_t>(n()));
        for (std::ptrdiff_t j = 0; j < q(); ++j) {
            std::fill(sum.begin(), sum.end(), T(0));
            for (std::ptrdiff_t k = 0; k < known; ++k) {
                const T* const row = rows.row(k);
                const T length = rows.length(k), share = row[n() + j] / length;
                if (length * length >= svd_negligible_square<T>) {
                    const T factor = share / length;
                    for (std::ptrdiff_t i = 0; i < n(); ++i) sum[i] += row[i] * factor;
                } else {
                    for (std::ptrdiff_t i = 0; i < n(); ++i) sum[i] += row[i] / length * share;
                }
            }
            for (std::ptrdiff_t i = 0; i < n(); ++i)
                x.data[column(i) * x.row_stride + j * x.column_stride] = std::ldexp(sum[i], exponent - exponent_of_b(j));
        }
        if (known < n() || m() <= n()) std::fill_n(residuals, q(), std::numeric_limits<T>::quiet_NaN());
    }
};

template <class T>
bool by_normal_equations(const SvdKernel<T>& kernel, const Problem<T>& one, int threads) {
    const std::ptrdiff_t n = one.n(), q = one.q(), places = row_places<T>(n);
    NormalEquations<T> equations(one.a, one.b, threads);
    if (!equations.factor(largest_growth_of_values<T>)) return false;
    Workspace workspace(static_cast<std::size_t>(n * places + 7 * n) * sizeof(T) + static_cast<std::size_t>(n) * sizeof(T*) +
                        4 * cache_line);
    T *const rows = workspace.take<T>(static_cast<std::size_t>(n * places)),
      *const squares = workspace.take<T>(static_cast<std::size_t>(n)), *const work = workspace.take<T>(static_cast<std::size_t>(6 * n));
    T** const row = workspace.take<T*>(static_cast<std::size_t>(n));
    const MatrixView<const T> triangle{equations.triangle(), n, n, n, 1};
    const int exponent = exponent_to_one(largest_finite(triangle));
    std::fill_n(rows, n * places, T(0));
    copy_scaled(triangle, exponent, rows, places);
    if (kernel.orthogonalize(rows, places, n, n, places, squares, work, row) < 0) return false;
    const OrthogonalRows<T> values(rows, places, n, n, squares);
    if (!(values.length(n - 1) > one.rcond * values.length(0)) || !equations.solve()) return false;
    for (std::ptrdiff_t k = 0; k < n; ++k) one.s[k] = std::ldexp(values.length(k), -exponent);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < q; ++j)
            one.x.data[i * one.x.row_stride + j * one.x.column_stride] = equations.solution()[i * q + j];
    for (std::ptrdiff_t j = 0; j < q; ++j) one.residuals[j] = equations.residual_square(j);
    *one.rank = n;
    *one.info = 0;
    return true;
}

template <class T>
void one_matrix(const SvdKernel<T>& kernel, const Problem<T>& one, int threads) {
    const std::ptrdiff_t m = one.m(), n = one.n(), q = one.q();
    if (normal_equations_pay(m, n, q) && by_normal_equations(kernel, one, threads)) return;
    ReducedSystem<T> system(active(least_squares_kernels_by_level).of(T()), one.a, one.b, threads);
    if (!system.reduce_in_window()) return one.failed(svd_not_finite);
    const std::ptrdiff_t rank = system.factor(0), places = system.places();
    for (std::ptrdiff_t j = 0; j < q; ++j) one.residuals[j] = system.residual_square(j);
    T* const panel = system.panel();
    for (std::ptrdiff_t i = 0; i < rank; ++i) std::fill_n(panel + i * places, i, T(0));
    const int again = rank == 0 ? 0 : exponent_to_one(largest_finite<T>({panel, rank, n, places, 1}));
    copy_scaled<T>({panel, rank, n, places, 1}, again, panel, places);
    Workspace workspace(static_cast<std::size_t>(7 * rank) * sizeof(T) + static_cast<std::size_t>(rank) * sizeof(T*) + 3 * cache_line);
    T *const squares = workspace.take<T>(static_cast<std::size_t>(rank)), *const work = workspace.take<T>(static_cast<std::size_t>(6 * rank));
    T** const row = workspace.take<T*>(static_cast<std::size_t>(rank));
    if (kernel.orthogonalize(panel, places, rank, n, places, squares, work, row) < 0) return one.failed(svd_not_converged);
    one.finish(OrthogonalRows<T>(panel, places, rank, n, squares), system.exponent_of_x() + again,
               [&](std::ptrdiff_t j) { return system.exponent_of_y(j); }, [&](std::ptrdiff_t k) { return system.column(k); });
}

}  // namespace

template <class T>
void lstsq(const Stack<const T>& a, const Stack<const T>& b, double rcond, const Stack<T>& x, T* residuals, std::int64_t* rank, T* s,
           int* info, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, q = b.first.columns, p = std::min(m, n), count = a.count();
    check_same_size("lstsq", "rows of a", m, "rows of b", b.first.rows);
    check_shape("lstsq", "x", x.first.rows, x.first.columns, n, q);
    check_same_stack("lstsq", "a", a, "b", b);
    check_same_stack("lstsq", "a", a, "x", x);
    const SvdKernel<T>& kernel = active(svd_kernels_by_level).of(T());
    const QrKernel<T>& qr_kernel = active(qr_kernels_by_level).of(T());
    const auto of = [&](std::ptrdiff_t i) {
        return Problem<T>{a.at(i), b.at(i), static_cast<T>(rcond), x.at(i), residuals + i * q, rank + i, s + i * p, info + i};
    };
    const double flops = 4.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(n) +
                         50.0 * static_cast<double>(p) * static_cast<double>(p) * static_cast<double>(n + q);
    const std::ptrdiff_t columns = n + q, lanes = kernel.lanes, rows = std::min(m, columns);
    if (std::max(m, columns) > lstsq_lanes || count < std::max<std::ptrdiff_t>(2, lanes / 2) || p == 0 || q == 0) {
        over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) { one_matrix(kernel, of(i), inside); });
        return;
    }
    // In the tile: what qr and the rotations need; behind it (A b) and the triangle of every lane.
    const std::ptrdiff_t tile_elements = m * columns + columns;
    over_lanes<T>(count, lanes, tile_elements + m * columns + rows * columns, flops, threads, [&](const Lanes& group, T* tile) {
        T *const joined = tile + tile_elements * lanes, *const triangles = joined + m * columns * lanes;
        const T* from[most_lanes];
        T *none[most_lanes] = {}, *triangle[most_lanes];
        for (int l = 0; l < lanes; ++l) {
            T* const to = joined + l * m * columns;
            copy_scaled(a.at(group.index(l)), 0, to, columns);
            copy_scaled(b.at(group.index(l)), 0, to + n, columns);
            from[l] = to;
            triangle[l] = triangles + l * rows * columns;
        }
        qr_kernel.group(m, columns, 0, from, columns, 1, none, 0, 1, triangle, rows, columns, 1, tile);
        int exponent[most_lanes];
        bool alone[most_lanes], converged[most_lanes];
        for (int l = 0; l < lanes; ++l) {
            const T largest = largest_finite<T>({triangle[l], p, n, columns, 1}),
                    largest_right = largest_finite<T>({triangle[l] + n, rows, q, columns, 1});
            alone[l] = !side_by_side(largest) || !side_by_side(largest_right);
            exponent[l] = alone[l] ? 0 : exponent_to_one(largest);
            if (alone[l])
                std::fill_n(triangle[l], rows * columns, T(0));
            else
                copy_scaled<T>({triangle[l], p, n, columns, 1}, exponent[l], triangle[l], columns);
        }
        kernel.group(triangle, p, n, q, tile, converged);
        for (int l = 0; l < group.some; ++l) {
            const Problem<T> one = of(group.first + l);
            if (alone[l]) {
                one_matrix(kernel, one, 1);
            } else if (!converged[l]) {
                one.failed(svd_not_converged);
            } else {
                for (std::ptrdiff_t j = 0; j < q; ++j) {
                    one.residuals[j] = 0;
                    for (std::ptrdiff_t i = n; i < rows; ++i)
                        one.residuals[j] += triangle[l][i * columns + n + j] * triangle[l][i * columns + n + j];
                }
                one.finish(OrthogonalRows<T>(triangle[l], columns, p, n, nullptr), exponent[l], [](std::ptrdiff_t) { return 0; },
                           [](std::ptrdiff_t k) { return k; });
            }
        }
    });
}

#define MLMATH_LSTSQ(T)                                                                                                       \
    template void lstsq(const Stack<const T>&, const Stack<const T>&, double, const Stack<T>&, T*, std::int64_t*, T*, int*, int)
MLMATH_LSTSQ(double);
MLMATH_LSTSQ(float);

}  // namespace mlmath
