// SPDX-License-Identifier: BSD-3-Clause
// copy: checks, dispatch.
#include "kernels/blas/copy/copy.hpp"

#include <complex>
#include <cstring>
#include <type_traits>

#include "core/check.hpp"
#include "core/interruption.hpp"
#include "kernels/blas/copy/copy_kernels.hpp"
#include "kernels/blas/copy/copy_textbook.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CopyKernels, copy_kernels);

template <class T>
void copy(MatrixView<const T> a, MatrixView<T> b) {
    check_shape("copy", "b", b.rows, b.columns, a.rows, a.columns);
    if (a.rows == 0 || a.columns == 0) return;
    if (a.data == b.data && a.row_stride == b.row_stride && a.column_stride == b.column_stride) return;
    if (b.column_stride != 1 && b.row_stride == 1) {  // B's columns lie ready: the same for the transposes
        a = transposed(a);
        b = transposed(b);
    }
    // Constraint: Ctrl-C must be looked for, and a page of B touched for the first time takes 1 us. Decision: pieces of 2^21
    // elements, 4 ms, of whole blocks of the transposition.
    if (const std::ptrdiff_t rows = ((std::ptrdiff_t{1} << 21) / a.columns + 64) / 64 * 64; a.rows > rows) {
        for (std::ptrdiff_t from = 0; from < a.rows; from += rows) {
            const std::ptrdiff_t to = std::min(a.rows, from + rows);
            copy<T>(part_of(a, from, to, 0, a.columns), part_of(b, from, to, 0, b.columns));
            interruption_point();
        }
        return;
    }
    if (a.column_stride == 1 && b.column_stride == 1) {
        const std::size_t bytes = static_cast<std::size_t>(a.columns) * sizeof(T);
        for (std::ptrdiff_t i = 0; i < a.rows; ++i) std::memcpy(b.data + i * b.row_stride, a.data + i * a.row_stride, bytes);
        return;
    }
    if constexpr (std::is_floating_point_v<T>) {
        if (a.row_stride == 1 && b.column_stride == 1 && a.rows > 1)
            return active(copy_kernels_by_level).transposed(a.data, a.column_stride, a.columns, a.rows, b.data, b.row_stride);
    }
    copy_textbook(a, b);
}

template void copy(MatrixView<const double>, MatrixView<double>);
template void copy(MatrixView<const float>, MatrixView<float>);
template void copy(MatrixView<const std::complex<double>>, MatrixView<std::complex<double>>);
template void copy(MatrixView<const std::complex<float>>, MatrixView<std::complex<float>>);

}  // namespace mlmath
