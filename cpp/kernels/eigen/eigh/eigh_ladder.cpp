// SPDX-License-Identifier: BSD-3-Clause
// The steps between textbook and production.
#include "kernels/eigen/eigh/eigh_ladder.hpp"

#include <algorithm>
#include <cmath>

#include "core/scaling.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh_textbook.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"
#include "kernels/eigen/tridiagonalize/tridiagonalize.hpp"

namespace mlmath::ladder {
namespace {

template <class T>
bool finite(MatrixView<const T> a) {
    const T largest = largest_finite(a);
    return largest == largest;
}

// v <- column j of x turned so that its largest component is positive.
template <class T>
void copy_turned(std::ptrdiff_t n, const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t column_stride, MatrixView<T> v) {
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        const T* const column = x + j * column_stride;
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i)
            if (const T e = column[i * row_stride]; std::abs(e) > std::abs(largest)) largest = e;
        const T sign = largest < 0 ? T(-1) : T(1);
        for (std::ptrdiff_t i = 0; i < n; ++i) v.data[i * v.row_stride + j * v.column_stride] = sign * column[i * row_stride];
    }
}

}  // namespace

template <class T>
bool eigh_textbook(MatrixView<const T> a, T* w, MatrixView<T> v) {
    return finite(a) && textbook::jacobi_eigh<T>(a, {w, a.rows, 1}, v) >= 0;
}

template <class T>
bool eigh_rotations(MatrixView<const T> a, T* w, MatrixView<T> v) {
    const std::ptrdiff_t n = a.rows;
    if (!finite(a)) return false;
    Workspace workspace(whole_lines(static_cast<std::size_t>(n * n) * sizeof(T)));
    T* const vectors = workspace.take<T>(static_cast<std::size_t>(n * n));
    if (!jacobi_eigh<T>(1, a, 0, true, w, vectors, 1)) return false;
    copy_turned(n, vectors, n, 1, v);
    return true;
}

template <class T>
bool eigh_tridiagonal_ql(MatrixView<const T> a, T* w, MatrixView<T> v) {
    const std::ptrdiff_t n = a.rows;
    if (n == 0) return true;
    const T largest = largest_finite(a);
    if (!(largest == largest)) return false;
    const int exponent = exponent_to_one(largest);
    const auto line = static_cast<std::ptrdiff_t>(cache_line / sizeof(T)), ld = (n + line - 1) / line * line;
    Tridiagonalization<T> reduced(n, true);
    Workspace workspace(reduced.bytes() + whole_lines(static_cast<std::size_t>(n * ld) * sizeof(T)) +
                        2 * whole_lines(static_cast<std::size_t>(n) * sizeof(T)));
    reduced.take(workspace);
    T *const rows = workspace.take<T>(static_cast<std::size_t>(n * ld)), *const d = workspace.take<T>(static_cast<std::size_t>(n)),
             *const e = workspace.take<T>(static_cast<std::size_t>(n));
    std::fill_n(rows, n * ld, T(0));
    reduced.reduce(a, true, exponent, d, e, 1);
    reduced.form({rows, n, n, 1, ld}, 1);
    if (!tridiagonal_ql<T>(n, d, e, rows, ld, n)) return false;
    std::copy_n(d, n, w);
    scale_run(w, n, -exponent);
    copy_turned(n, rows, 1, ld, v);
    return true;
}

template bool eigh_textbook(MatrixView<const double>, double*, MatrixView<double>);
template bool eigh_textbook(MatrixView<const float>, float*, MatrixView<float>);
template bool eigh_rotations(MatrixView<const double>, double*, MatrixView<double>);
template bool eigh_rotations(MatrixView<const float>, float*, MatrixView<float>);
template bool eigh_tridiagonal_ql(MatrixView<const double>, double*, MatrixView<double>);
template bool eigh_tridiagonal_ql(MatrixView<const float>, float*, MatrixView<float>);

}  // namespace mlmath::ladder
