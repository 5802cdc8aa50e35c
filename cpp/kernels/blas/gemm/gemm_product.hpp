// SPDX-License-Identifier: BSD-3-Clause
// gemm: one product on its way through the drivers.
#pragma once
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"

namespace mlmath {

/// Which elements of C are wanted: all, or of a square C those on the diagonal and on one side of it. The others are not touched.
enum class Wanted { all, lower, upper };

template <class T>
struct Product {
    T alpha;
    MatrixView<const T> a, b;
    T beta;
    MatrixView<T> c;
    GemmTail<T> tail{};  // apply null: none
    Wanted wanted = Wanted::all;
};

/// Whether B is read where it lies because each of its elements serves few rows only: always for one row, and for some more where B
/// lies behind the second-level cache, so that its way is what the product takes.
template <class T>
bool gemm_is_thin(const Product<T>& x) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns;
    if (m > thin_rows_most || (x.b.row_stride != 1 && x.b.column_stride != 1)) return false;
    const double b_elements = static_cast<double>(n) * static_cast<double>(k);
    if (m == 1) return b_elements > 512 || x.b.column_stride != 1;
    return b_elements * sizeof(T) > 0.5 * static_cast<double>(second_level_cache());
}

/// A product cut into tasks, each packing what it needs. `wanted` other than all: more than diagonal_strip columns.
template <class T>
void large_product(const GemmKernels<T>& kernels, const Product<T>& x, int threads);

/// The product, without the tail.
template <class T>
void thin_product(const GemmKernels<T>& kernels, const Product<T>& x, int threads);

}  // namespace mlmath
