// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: products of many reflections applied to a matrix, a block at a time. Parts of bidiagonalize.cpp.
#pragma once
#include <algorithm>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/reflection_products.hpp"
#include "kernels/factor/stack_work.hpp"

namespace mlmath {

/// H_0 H_1 ... H_{count-1}, H_k = I - tau_k v_k v_k^T with v_k zero above row k + shift and one there. A block of them is
/// I - V T V^T, T^-1 = strict upper part of V^T V, 1 / tau on the diagonal [Puglisi1992]: two products and a solve.
template <class T>
struct BlockReflections {
    T* v;  // columns `ld` elements apart; what stands above the ones is made zero
    std::ptrdiff_t ld, rows, count, shift;
    const T* tau;
    T* gram;  // count * block elements

    // Reflections of a block. Constraint: V's triangle is multiplied as if it were full, block / (2 rows) of the work, and the
    // solve is slower than a product; with few columns a product waits for the matrix it reads and writes.
    static std::ptrdiff_t block_of(std::ptrdiff_t count) { return count <= 256 ? 32 : count <= 768 ? 64 : 128; }
    // Columns of C that go through all blocks as one task; see Reflections in factor/qr/qr_blocked.hpp.
    static constexpr std::ptrdiff_t task_columns = 192;

    /// c (rows x k) <- H_0 H_1 ... c.
    void apply(MatrixView<T> c, int threads) const {
        if (count <= 0 || c.columns == 0) return;
        const std::ptrdiff_t block = block_of(count), blocks = (count + block - 1) / block;
        const double work = static_cast<double>(rows) * static_cast<double>(count) * static_cast<double>(c.columns);
        const int some = work < 4194304 ? 1 : threads;
        parallel_for(blocks, some, [&](std::ptrdiff_t b) { prepare(b * block, std::min(block, count - b * block), block); });
        // As many tasks as keep two threads busy alike, of whole registers of columns.
        const std::ptrdiff_t half = (c.columns + 15) / 16 * 8, wide = std::min(task_columns, std::max<std::ptrdiff_t>(64, half));
        parallel_for((c.columns + wide - 1) / wide, some, [&](std::ptrdiff_t task) {
            const std::ptrdiff_t from = task * wide, to = std::min(c.columns, from + wide);
            Workspace workspace(static_cast<std::size_t>(block * row_places<T>(wide)) * sizeof(T));
            T* const product = workspace.take<T>(0);
            for (std::ptrdiff_t b = blocks - 1; b >= 0; --b) {
                const std::ptrdiff_t k = b * block, some_columns = std::min(block, count - k), top = k + shift;
                const MatrixView<const T> vectors{v + k * ld + top, rows - top, some_columns, 1, ld};
                const MatrixView<T> w{product, some_columns, to - from, row_places<T>(wide), 1},
                    below = part_of(c, top, rows, from, to);
                gemm<T>(1, transposed(vectors), as_const(below), 0, w, 1);
                trsm<T>({transposed(MatrixView<const T>{gram + k * block, some_columns, some_columns, block, 1}), false, false}, w,
                        1);
                gemm<T>(-1, vectors, as_const(w), 1, below, 1);
            }
        });
    }

private:
    // The lower triangle of T^-T. A reflection with tau = 0 is none: a zero vector, and any number on the diagonal.
    void prepare(std::ptrdiff_t k, std::ptrdiff_t some, std::ptrdiff_t block) const {
        for (std::ptrdiff_t j = k; j < k + some; ++j) {
            T* const column = v + j * ld;
            std::fill(column + k + shift, column + j + shift, T(0));
            if (tau[j] == 0) std::fill(column + k + shift, column + rows, T(0));
        }
        const MatrixView<const T> vectors{v + k * ld + k + shift, rows - k - shift, some, 1, ld};
        const MatrixView<T> triangle{gram + k * block, some, some, block, 1};
        reflection_products<T>(transposed(vectors), triangle, 1);
        for (std::ptrdiff_t i = 0; i < some; ++i) triangle.data[i * (block + 1)] = tau[k + i] == 0 ? T(1) : 1 / tau[k + i];
    }
};

}  // namespace mlmath
