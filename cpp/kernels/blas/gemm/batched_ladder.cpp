// SPDX-License-Identifier: BSD-3-Clause
// batched, the ladder: one idea per rung.
#include "kernels/blas/gemm/batched_ladder.hpp"

#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_textbook.hpp"

namespace mlmath::ladder {
namespace {

template <class T>
MatrixView<T> item(const Matrices<T>& m, std::ptrdiff_t t) {
    MatrixView<T> v = m.first;
    v.data += t * m.item;
    return v;
}

// body(t) for every item, looking up every 1024 of them for Ctrl-C.
template <class Body>
void each_item(std::ptrdiff_t count, Body&& body) {
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t t = 0; t < count; ++t) {
            if (t % 1024 == 0 && team.poll()) return;
            body(t);
        }
    });
}

}  // namespace

template <class T>
void batched_textbook(Matrices<const T> a, Matrices<const T> b, Matrices<T> c, int) {
    each_item(a.count, [&](std::ptrdiff_t t) { textbook::gemm<T>(1, item(a, t), item(b, t), 0, item(c, t)); });
}

// 128 multiplications and additions take less time than the loops around them: their bounds are compared, their indices multiplied.
// With bounds known at compile time all of that is done by the compiler.
template <class T>
void batched_fixed_size(Matrices<const T> a, Matrices<const T> b, Matrices<T> c, int) {
    each_item(a.count, [&](std::ptrdiff_t t) {
        const MatrixView<const T> left = item(a, t), right = item(b, t);
        const MatrixView<T> result = item(c, t);
        T rows[4][4];
        for (int p = 0; p < 4; ++p)
            for (int j = 0; j < 4; ++j) rows[p][j] = right.data[p * right.row_stride + j * right.column_stride];
        for (int i = 0; i < 4; ++i) {
            T sum[4] = {};
            for (int p = 0; p < 4; ++p) {
                const T element = left.data[i * left.row_stride + p * left.column_stride];
                for (int j = 0; j < 4; ++j) sum[j] += element * rows[p][j];
            }
            for (int j = 0; j < 4; ++j) result.data[i * result.row_stride + j * result.column_stride] = sum[j];
        }
    });
}

// Four rows of B fill four registers (with AVX-512 half of each: lanes that do not exist are masked), 16 broadcasts of A and 16
// multiply-adds make the item.
template <class T>
void batched_registers(Matrices<const T> a, Matrices<const T> b, Matrices<T> c, int) {
    gemm_batch<T>(1, a.first, b.first, 0, c.first, {1, &a.count, &a.item, &b.item, &c.item}, 1);
}

#define MLMATH_BATCHED_RUNG(rung)                                                              \
    template void rung(Matrices<const double>, Matrices<const double>, Matrices<double>, int); \
    template void rung(Matrices<const float>, Matrices<const float>, Matrices<float>, int)
MLMATH_BATCHED_RUNG(batched_textbook);
MLMATH_BATCHED_RUNG(batched_fixed_size);
MLMATH_BATCHED_RUNG(batched_registers);
#undef MLMATH_BATCHED_RUNG

}  // namespace mlmath::ladder
