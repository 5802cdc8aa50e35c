// SPDX-License-Identifier: BSD-3-Clause
// Products of reflections, a block of them at a time: I - V T V^T. Shared by qr, tridiagonalize, bidiagonalize and svd.
//
// What is here is T, and BlockReflections, which applies Q to a matrix with two full products. Two callers do it otherwise, each
// for its own reason: qr (qr_blocked.hpp) never multiplies the zeros above V's ones, which are half of a square matrix's last
// block, and knows where Q's columns still are those of I; tridiagonalize keeps Y = S V and has no solve left in its tasks.
#pragma once
#include <algorithm>
#include <limits>

#include "core/interruption.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/reflection_products.hpp"
#include "kernels/factor/stack_work.hpp"

namespace mlmath {

/// triangle <- the lower triangle of T^-T, where I - V T V^T = H_0 H_1 ...: below the diagonal that of V^T V [Puglisi1992], on it
/// diagonal(j, v_j . v_j), which is 1 / tau_j or whatever stands for it.
template <class T, class Diagonal>
void block_triangle(MatrixView<const T> v, MatrixView<T> triangle, int threads, Diagonal&& diagonal) {
    reflection_products<T>(transposed(v), triangle, threads);
    for (std::ptrdiff_t j = 0; j < v.columns; ++j) {
        T& element = triangle.data[j * (triangle.row_stride + triangle.column_stride)];
        element = diagonal(j, element);
    }
}
/// With 1 / tau_j. A reflection with tau_j = 0 is none: an infinity there makes row and column j of T zero.
template <class T>
void block_triangle(MatrixView<const T> v, const T* tau, MatrixView<T> triangle, int threads) {
    block_triangle(v, triangle, threads,
                   [&](std::ptrdiff_t j, T) { return tau[j] == 0 ? std::numeric_limits<T>::infinity() : 1 / tau[j]; });
}
/// W <- T W, or T^T W.
template <class T>
void block_solve(MatrixView<const T> triangle, bool transpose, MatrixView<T> w, int threads) {
    trsm<T>({transpose ? triangle : transposed(triangle), transpose, false}, w, threads);
}

/// Reflections of a block. Constraint: every block reads and writes the matrix once; its triangle of products V^T V, the solve with
/// it, and the zeros above V's ones where they are multiplied, are block / count of the whole, slower than a product. Arithmetic:
/// on one core with 1 MiB of second-level cache Q of order n times n columns takes, in blocks of 32, 64 and 128, n = 256 0.39, 0.46
/// and 0.59 ms, n = 600 4.5, 4.6 and 5.1, n = 1000 21.3, 20.6 and 21.4, n = 2000 192, 185 and 189; qr with both factors n = 300
/// 0.86, 0.90 and 0.97, n = 700 10.3, 9.9 and 10.0, n = 2000 533, 489 and 468; on two threads n = 400 1.92, 1.74 and 1.92.
/// Decision: 32 up to 256, 64 up to 1536, then 128.
constexpr std::ptrdiff_t reflections_of_block(std::ptrdiff_t count) { return count <= 256 ? 32 : count <= 1536 ? 64 : 128; }

/// H_0 H_1 ... H_{count-1}, H_k = I - tau_k v_k v_k^T with v_k zero above row k + shift and one there: two products and a solve for
/// each block.
template <class T>
struct BlockReflections {
    T* v;  // columns `ld` elements apart; what stands above the ones is made zero
    std::ptrdiff_t ld, rows, count, shift;
    const T* tau;
    T* triangles;  // of T^-T: count reflections_of_block(count) elements

    // Columns of C that go through all blocks as one task. Constraint: as in Reflections of factor/qr/qr_blocked.hpp: tasks enough
    // for the threads, wide enough to pay for reading V. Arithmetic: n = 2000 takes on one thread 176, 170, 165 and 163 ms with 64,
    // 128, 192 and 256 columns, on two 94, 86, 85 and 89. Decision: 192, or half of C if that is less, but not below 64.
    static constexpr std::ptrdiff_t task_columns = 192;
    // Multiply-adds from which threads share the tasks: 2^22 are 0.2 ms, waking a thread takes 20 us.
    static constexpr double work_for_threads = 4194304;

    /// c (rows x k) <- H_0 H_1 ... c.
    void apply(MatrixView<T> c, int threads) const {
        if (count <= 0 || c.columns == 0) return;
        const std::ptrdiff_t block = reflections_of_block(count), blocks = (count + block - 1) / block;
        const double work = static_cast<double>(rows) * static_cast<double>(count) * static_cast<double>(c.columns);
        const int some = work < work_for_threads ? 1 : threads;
        parallel_for(blocks, some, [&](std::ptrdiff_t b) { prepare(b * block, std::min(block, count - b * block), block); });
        // As many tasks as keep two threads busy alike, of whole registers of columns.
        const std::ptrdiff_t half = (c.columns + 15) / 16 * 8, wide = std::min(task_columns, std::max<std::ptrdiff_t>(64, half));
        parallel_for((c.columns + wide - 1) / wide, some, [&](std::ptrdiff_t task) {
            const std::ptrdiff_t from = task * wide, to = std::min(c.columns, from + wide);
            Workspace workspace(static_cast<std::size_t>(block * row_places<T>(wide)) * sizeof(T));
            T* const product = workspace.take<T>(0);
            for (std::ptrdiff_t b = blocks - 1; b >= 0; --b) {
                const std::ptrdiff_t k = b * block, some_columns = std::min(block, count - k), top = k + shift;
                interruption_point();
                const MatrixView<const T> vectors{v + k * ld + top, rows - top, some_columns, 1, ld};
                const MatrixView<T> w{product, some_columns, to - from, row_places<T>(wide), 1},
                    below = part_of(c, top, rows, from, to);
                gemm<T>(1, transposed(vectors), as_const(below), 0, w, 1);
                block_solve(as_const(triangle_at(k, some_columns, block)), false, w, 1);
                gemm<T>(-1, vectors, as_const(w), 1, below, 1);
            }
        });
    }

private:
    MatrixView<T> triangle_at(std::ptrdiff_t k, std::ptrdiff_t some, std::ptrdiff_t block) const {
        return {triangles + k * block, some, some, block, 1};
    }
    void prepare(std::ptrdiff_t k, std::ptrdiff_t some, std::ptrdiff_t block) const {
        for (std::ptrdiff_t j = k; j < k + some; ++j) std::fill(v + j * ld + k + shift, v + j * ld + j + shift, T(0));
        const MatrixView<const T> vectors{v + k * ld + k + shift, rows - k - shift, some, 1, ld};
        block_triangle(vectors, tau + k, triangle_at(k, some, block), 1);
    }
};

}  // namespace mlmath
