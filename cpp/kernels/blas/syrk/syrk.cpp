// SPDX-License-Identifier: BSD-3-Clause
// syrk, syr2k: products with a transpose, of which a triangle is wanted.
#include "kernels/blas/syrk/syrk.hpp"

#include "core/check.hpp"
#include "kernels/blas/gemmtr/gemmtr.hpp"

namespace mlmath {

template <class T>
void syrk(T alpha, MatrixView<const T> a, T beta, MatrixView<T> c, bool lower, int threads) {
    check_shape("syrk", "c", c.rows, c.columns, a.rows, a.rows);
    gemmtr<T>(alpha, a, transposed(a), beta, c, lower, threads);
}

template <class T>
void syr2k(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, bool lower, int threads) {
    check_shape("syr2k", "b", b.rows, b.columns, a.rows, a.columns);
    check_shape("syr2k", "c", c.rows, c.columns, a.rows, a.rows);
    gemmtr<T>(alpha, a, transposed(b), beta, c, lower, threads);
    gemmtr<T>(alpha, b, transposed(a), 1, c, lower, threads);
}

#define MLMATH_SYRK(T)                                                       \
    template void syrk(T, MatrixView<const T>, T, MatrixView<T>, bool, int); \
    template void syr2k(T, MatrixView<const T>, MatrixView<const T>, T, MatrixView<T>, bool, int)
MLMATH_SYRK(double);
MLMATH_SYRK(float);
#undef MLMATH_SYRK

}  // namespace mlmath
