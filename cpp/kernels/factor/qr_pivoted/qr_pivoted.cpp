// SPDX-License-Identifier: BSD-3-Clause
// qr_pivoted: checks, dispatch, stacks; Q from the reflections by qr's own blocks.
#include "kernels/factor/qr_pivoted/qr_pivoted.hpp"

#include <algorithm>

#include "kernels/factor/qr/qr_blocked.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted_kernels.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted_reduction.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(QrKernels, qr_kernels);
MLMATH_KERNEL_TABLE(PivotedKernels, qr_pivoted_kernels);

namespace {

// finish(reflections, reduction) for every matrix, factored.
template <class T, class Finish>
void over_factored(const Stack<const T>& a, std::ptrdiff_t* p, int threads, double share, Finish&& finish) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns;
    const QrKernel<T>& forming = active(qr_kernels_by_level).of(T());
    const PivotedKernel<T>& kernel = active(qr_pivoted_kernels_by_level).of(T());
    const double order = static_cast<double>(std::min(m, n)), sum = static_cast<double>(m + n);
    const double flops = share * (2 * order * order * (sum - order) - 2 * order * order * order / 3);
    over_matrices(a.count(), flops, threads, [&](std::ptrdiff_t i, int inside) {
        Reflections<T> reflections(forming, m, n);
        PivotedReduction<T> reduction(kernel, m, n, pivoted_steps<T>(m, n));
        Workspace workspace(reflections.kept_bytes() + reflections.forming_bytes() + reduction.bytes());
        reflections.keep(workspace);
        reflections.pass_forming(workspace);
        reduction.take(workspace);
        const MatrixView<T> v = reflections.vectors();
        reduction.factor(a.at(i), v.data, v.column_stride, reflections.tau(), inside);
        std::copy_n(reduction.columns(), n, p + i * n);
        finish(i, reflections, reduction, inside);
    });
}

}  // namespace

template <class T>
void qr_pivoted(const Stack<const T>& a, const Stack<T>& q, const Stack<T>& r, std::ptrdiff_t* p, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, k = r.first.rows;
    if (k != std::min(m, n) && k != m) invalid_argument("qr_pivoted", "r must have min(m, n) or m rows, got " + std::to_string(k));
    check_shape("qr_pivoted", "r", k, r.first.columns, k, n);
    if (q.first.columns != 0) check_shape("qr_pivoted", "q", q.first.rows, q.first.columns, m, k);
    check_same_stack("qr_pivoted", "a", a, "q", q);
    check_same_stack("qr_pivoted", "a", a, "r", r);
    over_factored(a, p, threads, 2, [&](std::ptrdiff_t i, Reflections<T>& reflections, PivotedReduction<T>& reduction, int inside) {
        reduction.copy_triangle(r.at(i), inside);
        if (q.first.columns == 0) return;
        reflections.adopt(inside);
        reflections.form(q.at(i), inside);
    });
}

template <class T>
void qr_pivoted_raw(const Stack<const T>& a, const Stack<T>& h, T* tau, std::ptrdiff_t* p, int threads) {
    const std::ptrdiff_t m = a.first.rows, n = a.first.columns, order = std::min(m, n);
    check_shape("qr_pivoted_raw", "h", h.first.rows, h.first.columns, m, n);
    check_same_stack("qr_pivoted_raw", "a", a, "h", h);
    over_factored(a, p, threads, 1, [&](std::ptrdiff_t i, Reflections<T>& reflections, PivotedReduction<T>& reduction, int inside) {
        const MatrixView<T> packed = h.at(i);
        reduction.copy_triangle(packed, inside);
        for (std::ptrdiff_t k = 0; k < order; ++k)
            copy(part_of(as_const(reflections.vectors()), k + 1, m, k, k + 1), part_of(packed, k + 1, m, k, k + 1));
        std::copy_n(reflections.tau(), order, tau + i * order);
    });
}

#define MLMATH_QR_PIVOTED(T)                                                                                 \
    template void qr_pivoted(const Stack<const T>&, const Stack<T>&, const Stack<T>&, std::ptrdiff_t*, int); \
    template void qr_pivoted_raw(const Stack<const T>&, const Stack<T>&, T*, std::ptrdiff_t*, int)
MLMATH_QR_PIVOTED(double);
MLMATH_QR_PIVOTED(float);

}  // namespace mlmath
