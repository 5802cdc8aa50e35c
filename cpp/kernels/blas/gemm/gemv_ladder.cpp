// SPDX-License-Identifier: BSD-3-Clause
// gemv, the ladder: one idea per rung.
#include "kernels/blas/gemm/gemv_ladder.hpp"

#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"

namespace mlmath::ladder {
namespace {

// body(first row, number of rows) for groups of rows, looking up after each for Ctrl-C.
template <class Body>
void each_group(std::ptrdiff_t rows, std::ptrdiff_t group, Body&& body) {
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t i = 0; i < rows && !team.poll(); i += group) body(i, rows - i < group ? rows - i : group);
    });
}

}  // namespace

// One running sum: every addition waits 4 cycles for the one before, whatever could be loaded meanwhile.
template <class T>
void gemv_textbook(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int) {
    each_group(a.rows, 1, [&](std::ptrdiff_t i, std::ptrdiff_t) {
        T sum = 0;
        for (std::ptrdiff_t p = 0; p < a.columns; ++p) sum += a.data[i * a.row_stride + p * a.column_stride] * x.data[p * x.stride];
        y.data[i * y.stride] = sum;
    });
}

// Rows do not wait for each other, and an element of x serves four of them.
template <class T>
void gemv_four_rows(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int) {
    each_group(a.rows, 4, [&](std::ptrdiff_t i, std::ptrdiff_t rows) {
        const T* const first = a.data + i * a.row_stride;
        const auto row = [&](std::ptrdiff_t r) { return first + (r < rows ? r : rows - 1) * a.row_stride; };
        const T *r0 = row(0), *r1 = row(1), *r2 = row(2), *r3 = row(3);
        T sum[4] = {};
        for (std::ptrdiff_t p = 0; p < a.columns; ++p) {
            const T element = x.data[p * x.stride];
            sum[0] += r0[p * a.column_stride] * element;
            sum[1] += r1[p * a.column_stride] * element;
            sum[2] += r2[p * a.column_stride] * element;
            sum[3] += r3[p * a.column_stride] * element;
        }
        for (std::ptrdiff_t r = 0; r < rows; ++r) y.data[(i + r) * y.stride] = sum[r];
    });
}

// Neighbours in memory go into neighbouring lanes of one sum, which a compiler turns into vectors. The lanes are added at the end
// of the row: the bits are no longer the definition's, and depend on how many lanes there are.
template <class T>
void gemv_lanes(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int) {
    constexpr int lanes = 8;
    each_group(a.rows, 1, [&](std::ptrdiff_t i, std::ptrdiff_t) {
        const T* const row = a.data + i * a.row_stride;
        T sum[lanes] = {};
        std::ptrdiff_t p = 0;
        if (a.column_stride == 1 && x.stride == 1)
            for (; p + lanes <= a.columns; p += lanes)
                for (int l = 0; l < lanes; ++l) sum[l] += row[p + l] * x.data[p + l];
        for (; p < a.columns; ++p) sum[p % lanes] += row[p * a.column_stride] * x.data[p * x.stride];
        for (int step = lanes / 2; step > 0; step /= 2)
            for (int l = 0; l < step; ++l) sum[l] += sum[l + step];
        y.data[i * y.stride] = sum[0];
    });
}

// A register of the rows' elements at one p, times a broadcast x_p: a lane for every row. The elements lie one below the other, so
// a square of registers is loaded along the rows and transposed: the production kernel, on the calling thread.
template <class T>
void gemv_squares(MatrixView<const T> a, VectorView<const T> x, VectorView<T> y, int) {
    gemm<T>(1, a, {x.data, x.size, 1, x.stride, 1}, 0, {y.data, y.size, 1, y.stride, 1}, 1);
}

#define MLMATH_GEMV_RUNG(rung)                                                                       \
    template void rung(MatrixView<const double>, VectorView<const double>, VectorView<double>, int); \
    template void rung(MatrixView<const float>, VectorView<const float>, VectorView<float>, int)
MLMATH_GEMV_RUNG(gemv_textbook);
MLMATH_GEMV_RUNG(gemv_four_rows);
MLMATH_GEMV_RUNG(gemv_lanes);
MLMATH_GEMV_RUNG(gemv_squares);
#undef MLMATH_GEMV_RUNG

}  // namespace mlmath::ladder
