// SPDX-License-Identifier: BSD-3-Clause
// gemmtr: checks and orientation; gemm's driver leaves out the tasks and tiles of the other half.
#include "kernels/blas/gemmtr/gemmtr.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_product.hpp"

namespace mlmath {
namespace {

// body(element) for the wanted ones.
template <class T, class Body>
void each_wanted(MatrixView<T> c, bool lower, Body&& body) {
    for (std::ptrdiff_t i = 0; i < c.rows; ++i)
        for (std::ptrdiff_t j = lower ? 0 : i; j < (lower ? i + 1 : c.columns); ++j)
            body(i, j, c.data[i * c.row_stride + j * c.column_stride]);
}

// One square: all of it in a dense copy, of which the wanted half goes back.
template <class T>
void square(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, bool lower) {
    const std::ptrdiff_t n = c.rows;
    T copy[diagonal_strip * diagonal_strip];
    if (beta != 0) {
        std::fill(copy, copy + n * n, T(0));
        each_wanted(c, lower, [&](std::ptrdiff_t i, std::ptrdiff_t j, T& element) { copy[i * n + j] = element; });
    }
    gemm<T>(alpha, a, b, beta, {copy, n, n, n, 1}, 1);
    each_wanted(c, lower, [&](std::ptrdiff_t i, std::ptrdiff_t j, T& element) { element = copy[i * n + j]; });
}

}  // namespace

template <class T>
void gemmtr(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, bool lower, int threads) {
    check_gemm<T>(a, b, c);
    check_shape("gemmtr", "c", c.rows, c.columns, c.columns, c.columns);
    if (c.column_stride != 1 && c.row_stride == 1)
        return gemmtr<T>(alpha, transposed(b), transposed(a), beta, transposed(c), !lower, threads);
    if (c.rows <= diagonal_strip) return square<T>(alpha, a, b, beta, c, lower);
    if (a.columns == 0)
        return each_wanted(c, lower,
                           [&](std::ptrdiff_t, std::ptrdiff_t, T& element) { element = beta == 0 ? T(0) : beta * element; });
    large_product<T>(gemm_kernels<T>(), {alpha, a, b, beta, c, {}, lower ? Wanted::lower : Wanted::upper}, threads);
}

template void gemmtr(double, MatrixView<const double>, MatrixView<const double>, double, MatrixView<double>, bool, int);
template void gemmtr(float, MatrixView<const float>, MatrixView<const float>, float, MatrixView<float>, bool, int);

}  // namespace mlmath
