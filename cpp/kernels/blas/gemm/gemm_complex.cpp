// SPDX-License-Identifier: BSD-3-Clause
// gemm for complex numbers, by real products: a block of B is written out as a real matrix of twice its rows and columns.
//
//   [re a, im a] [ re b   im b]  =  [re (a b), im (a b)]          conj(a): [ im b  -re b] in the second row
//                [-im b   re b]
//
// So A and C are read and written as they lie, as real matrices of twice the columns [VanZee2017].
#include <algorithm>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"

namespace mlmath {
namespace {

// Constraint: what is written out should not grow with the matrices, yet give gemm long rows. Decision: 4 MiB each for a block of
// B's columns, of A's rows (where A's columns are not adjacent) and of C's (where C's are not).
constexpr std::ptrdiff_t block_bytes = 4 << 20;

template <class T>
using Complex = std::complex<T>;

template <class T>
void write_out(MatrixView<const Complex<T>> b, bool conjugate, T* to) {
    for (std::ptrdiff_t p = 0; p < b.rows; ++p) {
        T* const first = to + 4 * p * b.columns;
        T* const second = first + 2 * b.columns;
        for (std::ptrdiff_t j = 0; j < b.columns; ++j) {
            const Complex<T> z = b.data[p * b.row_stride + j * b.column_stride];
            first[2 * j] = z.real();
            first[2 * j + 1] = z.imag();
            second[2 * j] = conjugate ? z.imag() : -z.imag();
            second[2 * j + 1] = conjugate ? -z.real() : z.real();
        }
    }
}

template <class T>
MatrixView<const T> as_real(MatrixView<const Complex<T>> a) {
    return {reinterpret_cast<const T*>(a.data), a.rows, 2 * a.columns, 2 * a.row_stride, 1};
}

template <class T>
void copy(MatrixView<const Complex<T>> from, Complex<T>* to) {
    for (std::ptrdiff_t i = 0; i < from.rows; ++i)
        for (std::ptrdiff_t j = 0; j < from.columns; ++j)
            to[i * from.columns + j] = from.data[i * from.row_stride + j * from.column_stride];
}

}  // namespace

template <class T>
void gemm_complex(bool conjugate_a, MatrixView<const std::complex<T>> a, MatrixView<const std::complex<T>> b,
                  MatrixView<std::complex<T>> c, int threads) {
    if (a.columns != b.rows) check_same_size("gemm", "columns of a", a.columns, "rows of b", b.rows);
    if (c.rows != a.rows || c.columns != b.columns) check_shape("gemm", "c", c.rows, c.columns, a.rows, b.columns);
    const std::ptrdiff_t m = c.rows, n = c.columns, k = a.columns, item = sizeof(Complex<T>);
    if (m == 0 || n == 0) return;
    const bool a_lies = a.column_stride == 1 || k <= 1, c_lies = c.column_stride == 1 || n == 1;
    const auto fitting = [&](std::ptrdiff_t bytes) {
        return std::max<std::ptrdiff_t>(16, block_bytes / std::max<std::ptrdiff_t>(bytes, 1));
    };
    const std::ptrdiff_t columns = std::min(n, fitting(2 * k * item));
    const std::ptrdiff_t rows = std::min(m, std::min(a_lies ? m : fitting(k * item), c_lies ? m : fitting(columns * item)));
    Workspace workspace(whole_lines(2 * k * columns * item) + (a_lies ? 0 : whole_lines(rows * k * item)) +
                        (c_lies ? 0 : whole_lines(rows * columns * item)));
    T* const right = workspace.take<T>(4 * k * columns);
    Complex<T>* const left = workspace.take<Complex<T>>(a_lies ? 0 : rows * k);
    Complex<T>* const result = workspace.take<Complex<T>>(c_lies ? 0 : rows * columns);
    for (std::ptrdiff_t j = 0; j < n; j += columns) {
        const std::ptrdiff_t wide = std::min(columns, n - j);
        write_out<T>({b.data + j * b.column_stride, k, wide, b.row_stride, b.column_stride}, conjugate_a, right);
        for (std::ptrdiff_t i = 0; i < m; i += rows) {
            MatrixView<const Complex<T>> some = {a.data + i * a.row_stride, std::min(rows, m - i), k, a.row_stride,
                                                 a.column_stride};
            if (!a_lies) {
                copy(some, left);
                some = {left, some.rows, k, k, 1};
            }
            Complex<T>* const to = c.data + i * c.row_stride + j * c.column_stride;
            const MatrixView<T> real_c = c_lies ? MatrixView<T>{reinterpret_cast<T*>(to), some.rows, 2 * wide, 2 * c.row_stride, 1}
                                                : MatrixView<T>{reinterpret_cast<T*>(result), some.rows, 2 * wide, 2 * wide, 1};
            gemm<T>(1, as_real<T>(some), {right, 2 * k, 2 * wide, 2 * wide, 1}, 0, real_c, threads);
            for (std::ptrdiff_t r = 0; !c_lies && r < some.rows; ++r)
                for (std::ptrdiff_t q = 0; q < wide; ++q) to[r * c.row_stride + q * c.column_stride] = result[r * wide + q];
        }
    }
}

template <class T>
void gemm_complex_batch(bool conjugate_a, MatrixView<const std::complex<T>> a, MatrixView<const std::complex<T>> b,
                        MatrixView<std::complex<T>> c, const GemmBatch& batch, int threads) {
    std::ptrdiff_t items = 1;
    for (int x = 0; x < batch.axes; ++x) items *= batch.size[x];
    const double work = 4.0 * static_cast<double>(c.rows) * static_cast<double>(c.columns) * static_cast<double>(a.columns);
    const bool inside = work >= work_worth_waking;
    const GemmTeam team = team_for(work * static_cast<double>(items), inside ? 1 : threads);
    const auto item = [&](std::ptrdiff_t t) {
        MatrixView<const std::complex<T>> at_a = a, at_b = b;
        MatrixView<std::complex<T>> at_c = c;
        seek_item(batch, t, at_a, at_b, at_c);
        gemm_complex<T>(conjugate_a, at_a, at_b, at_c, inside ? threads : 1);
    };
    parallel_for(items, team.threads, item, team.start);
}

#define MLMATH_GEMM_COMPLEX(T)                                                                                   \
    template void gemm_complex(bool, MatrixView<const std::complex<T>>, MatrixView<const std::complex<T>>,       \
                               MatrixView<std::complex<T>>, int);                                                \
    template void gemm_complex_batch(bool, MatrixView<const std::complex<T>>, MatrixView<const std::complex<T>>, \
                                     MatrixView<std::complex<T>>, const GemmBatch&, int)
MLMATH_GEMM_COMPLEX(double);
MLMATH_GEMM_COMPLEX(float);
#undef MLMATH_GEMM_COMPLEX

}  // namespace mlmath
