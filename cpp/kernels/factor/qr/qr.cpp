// SPDX-License-Identifier: BSD-3-Clause
// qr: checks, groups side by side, panels and the products between them.
#include "kernels/factor/qr/qr.hpp"

#include <algorithm>
#include <cmath>

#include "core/scaling.hpp"
#include "kernels/factor/qr/qr_blocked.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/qr/qr_tall.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(QrKernels, qr_kernels);

namespace {

template <class T>
void unscaled(const QrKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r, int threads) {
    if (qr_is_tall<T>(a.rows, a.columns) && r.rows == a.columns) return qr_tall(kernel, a, q, r, threads);
    Reflections<T> reflections(kernel, a.rows, a.columns);
    // Two blocks: of n = 2000, each is kept for the next call (core/workspace.cpp), where one of 66 MB would not be.
    Workspace kept(reflections.kept_bytes()), passing(reflections.passing_bytes());
    reflections.keep(kept);
    reflections.pass(passing);
    reflections.factor(a, threads);
    copy_upper(as_const(reflections.work()), r, threads);
    if (q.columns > 0) reflections.form(q, threads);
}

// The power of two by which A must be multiplied, or 0. Constraint: columns are scaled where their squares would underflow, but
// what is subtracted from them is not: near the smallest numbers it has few digits. Arithmetic: eps of what lies below 2^-960
// (float 2^-100) is among the denormal numbers. Decision: there all of A is scaled, and R back. R's first row and diagonal, which
// are looked at, are small whenever A is; the rest only then.
template <class T>
int power_for(MatrixView<const T> r) {
    constexpr T least = sizeof(T) == 8 ? T(0x1p-960) : T(0x1p-100);
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) { return std::abs(r.data[i * r.row_stride + j * r.column_stride]); };
    for (std::ptrdiff_t j = 0; j < r.columns && r.rows > 0; ++j)
        if (!(at(0, j) < least) || (j < r.rows && !(at(j, j) < least))) return 0;
    T largest = 0;
    for (std::ptrdiff_t i = 0; i < r.rows; ++i)
        for (std::ptrdiff_t j = i; j < r.columns; ++j) {
            if (!(at(i, j) < least)) return 0;
            largest = std::max(largest, at(i, j));
        }
    return exponent_to_one(largest);
}

template <class T>
void one_matrix(const QrKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> q, MatrixView<T> r, int threads) {
    unscaled(kernel, a, q, r, threads);
    const int power = power_for(as_const(r));
    if (power == 0) return;
    Workspace workspace(static_cast<std::size_t>(a.rows * a.columns) * sizeof(T));
    const MatrixView<T> scaled{workspace.take<T>(static_cast<std::size_t>(a.rows * a.columns)), a.rows, a.columns, a.columns, 1};
    copy_scaled(a, power, scaled.data, scaled.row_stride);
    unscaled(kernel, as_const(scaled), q, r, threads);
    for (std::ptrdiff_t i = 0; i < r.rows; ++i)
        for (std::ptrdiff_t j = i; j < r.columns; ++j) {
            T& element = r.data[i * r.row_stride + j * r.column_stride];
            element = std::ldexp(element, -power);
        }
}

template <class T>
double flops_of(std::ptrdiff_t m, std::ptrdiff_t n) {
    const double p = static_cast<double>(std::min(m, n)), sum = static_cast<double>(m + n);
    return 2 * p * p * (sum - p) - 2 * p * p * p / 3;
}

}  // namespace

template <class T>
void qr(const Stack<const T>& a, const Stack<T>& q, const Stack<T>& r, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, k = r.first.rows, count = a.count();
    if (k != std::min(m, n) && k != m) invalid_argument("qr", "r must have min(m, n) or m rows, got " + std::to_string(k));
    check_shape("qr", "r", k, r.first.columns, k, n);
    if (q.first.columns != 0) check_shape("qr", "q", q.first.rows, q.first.columns, m, k);
    check_same_stack("qr", "a", a, "q", q);
    check_same_stack("qr", "a", a, "r", r);
    const QrKernel<T>& kernel = active(qr_kernels_by_level).of(T());
    const double flops = 2 * flops_of<T>(m, n);
    if (std::max(m, n) > qr_lanes || count < std::max(2, kernel.lanes / 2) || m == 0) {
        over_matrices(count, flops, threads,
                      [&](std::ptrdiff_t i, int inside) { one_matrix<T>(kernel, a.at(i), q.at(i), r.at(i), inside); });
        return;
    }
    const std::ptrdiff_t q_columns = q.first.columns;
    over_lanes<T>(count, kernel.lanes, m * n + m * q_columns + n, flops, threads, [&](const Lanes& lanes, T* tile) {
        const T* from[most_lanes];
        T *to_q[most_lanes], *to_r[most_lanes];
        for (int l = 0; l < kernel.lanes; ++l) {
            from[l] = a.at(lanes.index(l)).data;
            to_q[l] = q.at(lanes.index(l)).data;
            to_r[l] = r.at(lanes.index(l)).data;
        }
        kernel.group(m, n, q_columns, from, a.first.row_stride, a.first.column_stride, to_q, q.first.row_stride,
                     q.first.column_stride, to_r, k, r.first.row_stride, r.first.column_stride, tile);
    });
}

template <class T>
void qr_raw(const Stack<const T>& a, const Stack<T>& h, T* tau, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, order = std::min(m, n);
    check_shape("qr_raw", "h", h.first.rows, h.first.columns, m, n);
    check_same_stack("qr_raw", "a", a, "h", h);
    const QrKernel<T>& kernel = active(qr_kernels_by_level).of(T());
    over_matrices(a.count(), flops_of<T>(m, n), threads, [&](std::ptrdiff_t index, int inside) {
        Reflections<T> reflections(kernel, m, n);
        Workspace workspace(reflections.kept_bytes() + reflections.passing_bytes());
        reflections.keep(workspace);
        reflections.pass(workspace);
        reflections.factor(a.at(index), inside);
        const MatrixView<T> packed = h.at(index);
        copy_upper(as_const(reflections.work()), packed, inside);
        for (std::ptrdiff_t k = 0; k < order; ++k)
            copy(part_of(as_const(reflections.vectors()), k + 1, m, k, k + 1), part_of(packed, k + 1, m, k, k + 1));
        std::copy_n(reflections.tau(), order, tau + index * order);
    });
}

#define MLMATH_QR(T)                                                                \
    template void qr(const Stack<const T>&, const Stack<T>&, const Stack<T>&, int); \
    template void qr_raw(const Stack<const T>&, const Stack<T>&, T*, int)
MLMATH_QR(double);
MLMATH_QR(float);

}  // namespace mlmath
