// SPDX-License-Identifier: BSD-3-Clause
// lstsq: the choice of the way, groups side by side, and from orthogonal rows to the shortest solution.
#include "kernels/factor/lstsq/lstsq.hpp"

#include "kernels/eigen/jacobi_svd/jacobi_svd.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_rows.hpp"
#include "kernels/factor/least_squares/normal_equations.hpp"
#include "kernels/factor/least_squares/reduced_system.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LeastSquaresKernels, least_squares_kernels);
MLMATH_KERNEL_TABLE(QrKernels, qr_kernels);
MLMATH_KERNEL_TABLE(JacobiSvdKernels, jacobi_svd_kernels);

namespace {

/// Rows and columns (with right-hand sides) up to which matrices of a stack go side by side: the limit of qr, which comes first.
constexpr std::ptrdiff_t lstsq_lanes = 32;

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
                if (length * length >= jacobi_svd_negligible_square<T>) {
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
bool by_normal_equations(const JacobiSvdKernel<T>& kernel, const Problem<T>& one, int threads) {
    const std::ptrdiff_t n = one.n(), q = one.q(), places = row_places<T>(n);
    NormalEquations<T> equations(one.a, one.b, threads);
    if (!equations.factor(largest_growth_of_values<T>)) return false;
    Workspace workspace(static_cast<std::size_t>(n * places) * sizeof(T));
    T* const rows = workspace.take<T>(static_cast<std::size_t>(n * places));
    RowRotations<T> rotations(n);
    const MatrixView<const T> triangle{equations.triangle(), n, n, n, 1};
    const int exponent = exponent_to_one(largest_finite(triangle));
    std::fill_n(rows, n * places, T(0));
    copy_scaled(triangle, exponent, rows, places);
    if (!rotations.run(kernel, rows, places, n, places)) return false;
    const OrthogonalRows<T> values(rows, places, n, n, rotations.squares());
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
void one_matrix(const JacobiSvdKernel<T>& kernel, const Problem<T>& one, int threads) {
    const std::ptrdiff_t m = one.m(), n = one.n(), q = one.q();
    if (normal_equations_pay(m, n, q) && by_normal_equations(kernel, one, threads)) return;
    ReducedSystem<T> system(active(least_squares_kernels_by_level).of(T()), one.a, one.b, threads);
    if (!system.reduce_in_window()) return one.failed(jacobi_svd_not_finite);
    const std::ptrdiff_t rank = system.factor(0), places = system.places();
    for (std::ptrdiff_t j = 0; j < q; ++j) one.residuals[j] = system.residual_square(j);
    T* const panel = system.panel();
    for (std::ptrdiff_t i = 0; i < rank; ++i) std::fill_n(panel + i * places, i, T(0));
    const int again = rank == 0 ? 0 : exponent_to_one(largest_finite<T>({panel, rank, n, places, 1}));
    copy_scaled<T>({panel, rank, n, places, 1}, again, panel, places);
    RowRotations<T> rotations(rank);
    if (!rotations.run(kernel, panel, places, n, places)) return one.failed(jacobi_svd_not_converged);
    one.finish(
        OrthogonalRows<T>(panel, places, rank, n, rotations.squares()), system.exponent_of_x() + again,
        [&](std::ptrdiff_t j) { return system.exponent_of_y(j); }, [&](std::ptrdiff_t k) { return system.column(k); });
}

// A stack of small matrices, a lane each.
template <class T>
class SideBySide {
public:
    SideBySide(const JacobiSvdKernel<T>& kernel, const QrKernel<T>& qr_kernel, const Stack<const T>& a, const Stack<const T>& b)
        : kernel_(kernel),
          qr_kernel_(qr_kernel),
          a_(a),
          b_(b),
          m_(a.first.rows),
          n_(a.first.columns),
          q_(b.first.columns),
          columns_(n_ + q_),
          rows_(std::min(m_, columns_)),
          order_(std::min(m_, n_)),
          tile_(m_ * columns_ + columns_) {}

    // Registers of a group: what qr and the rotations need; then, of every lane, (A b) and its triangle.
    std::ptrdiff_t elements() const { return tile_ + (m_ + rows_) * columns_; }

    template <class Of>
    void run(const Lanes& group, T* tile, const Of& of) const {
        const int lanes = kernel_.lanes;
        T *const joined = tile + tile_ * lanes, *const triangles = joined + m_ * columns_ * lanes;
        const T* from[most_lanes] = {};
        T *none[most_lanes] = {}, *triangle[most_lanes] = {};
        int exponent[most_lanes] = {}, exponent_of_b[most_lanes] = {};
        bool finite[most_lanes], converged[most_lanes], again = false;
        for (int l = 0; l < lanes; ++l) {
            from[l] = joined + l * m_ * columns_;
            triangle[l] = triangles + l * rows_ * columns_;
            join(group.index(l), 0, 0, joined + l * m_ * columns_);
        }
        const auto reduce = [&] {
            qr_kernel_.group(m_, columns_, 0, from, columns_, 1, none, 0, 1, triangle, rows_, columns_, 1, tile);
        };
        reduce();
        for (int l = 0; l < lanes; ++l) {
            finite[l] = true;
            const T largest = largest_finite(left(triangle[l])), largest_right = largest_finite(right(triangle[l]));
            if (unscaled(largest) && unscaled(largest_right)) continue;
            const T of_a = largest_finite(a_.at(group.index(l))), of_b = largest_finite(b_.at(group.index(l)));
            finite[l] = !std::isnan(of_a) && !std::isnan(of_b);
            if (finite[l] && !unscaled(largest)) exponent[l] = exponent_to_one(of_a);
            if (finite[l] && !unscaled(largest_right)) exponent_of_b[l] = exponent_to_one(of_b);
            again = true;
        }
        if (again) {  // a lane does not depend on the others: those that were good come out as before
            for (int l = 0; l < lanes; ++l) {
                join(group.index(l), exponent[l], exponent_of_b[l], joined + l * m_ * columns_);
                if (!finite[l]) std::fill_n(joined + l * m_ * columns_, m_ * columns_, T(0));
            }
            reduce();
        }
        for (int l = 0; l < lanes; ++l) {
            const int to_one = exponent_to_one(largest_finite(left(triangle[l])));
            copy_scaled(left(triangle[l]), to_one, triangle[l], columns_);
            exponent[l] += to_one;
        }
        kernel_.group(triangle, order_, n_, q_, tile, converged);
        for (int l = 0; l < group.some; ++l) {
            const Problem<T> one = of(group.first + l);
            if (!finite[l] || !converged[l]) {
                one.failed(finite[l] ? jacobi_svd_not_converged : jacobi_svd_not_finite);
                continue;
            }
            for (std::ptrdiff_t j = 0; j < q_; ++j) {
                T sum = 0;
                for (std::ptrdiff_t i = n_; i < rows_; ++i) {
                    const T rest = triangle[l][i * columns_ + n_ + j];
                    sum += rest * rest;
                }
                one.residuals[j] = std::ldexp(sum, -2 * exponent_of_b[l]);
            }
            one.finish(
                OrthogonalRows<T>(triangle[l], columns_, order_, n_, nullptr), exponent[l],
                [&](std::ptrdiff_t) { return exponent_of_b[l]; }, [](std::ptrdiff_t k) { return k; });
        }
    }

private:
    // Whether a triangle with this largest magnitude has lost nothing to the ends of the numbers, nor will its squares.
    static bool unscaled(T largest) {
        return largest >= (sizeof(T) == 8 ? T(0x1p-300) : T(0x1p-40)) && largest <= (sizeof(T) == 8 ? T(0x1p+500) : T(0x1p+60));
    }
    MatrixView<const T> left(const T* triangle) const { return {triangle, order_, n_, columns_, 1}; }
    MatrixView<const T> right(const T* triangle) const { return {triangle + n_, rows_, q_, columns_, 1}; }
    void join(std::ptrdiff_t index, int exponent, int exponent_of_b, T* to) const {
        copy_scaled(a_.at(index), exponent, to, columns_);
        copy_scaled(b_.at(index), exponent_of_b, to + n_, columns_);
    }

    const JacobiSvdKernel<T>& kernel_;
    const QrKernel<T>& qr_kernel_;
    const Stack<const T>&a_, &b_;
    const std::ptrdiff_t m_, n_, q_, columns_, rows_, order_, tile_;
};

}  // namespace

template <class T>
void lstsq(const Stack<const T>& a, const Stack<const T>& b, double rcond, const Stack<T>& x, T* residuals, std::int64_t* rank,
           T* s, int* info, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, q = b.first.columns, p = std::min(m, n), count = a.count();
    check_same_size("lstsq", "rows of a", m, "rows of b", b.first.rows);
    check_shape("lstsq", "x", x.first.rows, x.first.columns, n, q);
    check_same_stack("lstsq", "a", a, "b", b);
    check_same_stack("lstsq", "a", a, "x", x);
    const JacobiSvdKernel<T>& kernel = active(jacobi_svd_kernels_by_level).of(T());
    const QrKernel<T>& qr_kernel = active(qr_kernels_by_level).of(T());
    const auto of = [&](std::ptrdiff_t i) {
        return Problem<T>{a.at(i), b.at(i), static_cast<T>(rcond), x.at(i), residuals + i * q, rank + i, s + i * p, info + i};
    };
    const double flops = 4.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(n) +
                         50.0 * static_cast<double>(p) * static_cast<double>(p) * static_cast<double>(n + q);
    if (std::max(m, n + q) > lstsq_lanes || count < std::max(2, kernel.lanes / 2) || p == 0 || q == 0) {
        over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) { one_matrix(kernel, of(i), inside); });
        return;
    }
    const SideBySide<T> side_by_side(kernel, qr_kernel, a, b);
    over_lanes<T>(count, kernel.lanes, side_by_side.elements(), flops, threads,
                  [&](const Lanes& group, T* tile) { side_by_side.run(group, tile, of); });
}

#define MLMATH_LSTSQ(T) \
    template void lstsq(const Stack<const T>&, const Stack<const T>&, double, const Stack<T>&, T*, std::int64_t*, T*, int*, int)
MLMATH_LSTSQ(double);
MLMATH_LSTSQ(float);

}  // namespace mlmath
