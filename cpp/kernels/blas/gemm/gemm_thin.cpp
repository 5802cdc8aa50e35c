// SPDX-License-Identifier: BSD-3-Clause
// gemm of few rows: which part of B each thread reads, and the sums of its chunks.
#include <algorithm>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm_product.hpp"

namespace mlmath {
namespace {

// Multiply-adds that the reading of an element of B is worth: one from the third-level cache or memory takes 0.3 to 0.5 ns.
constexpr double work_of_reading = 8;

template <class T>
GemmThin<T> thin_of(const Product<T>& x) {
    return {x.c.rows,       x.c.columns,       x.a.columns, x.a.data,       x.a.row_stride,    x.a.column_stride, x.b.data,
            x.b.row_stride, x.b.column_stride, x.c.data,    x.c.row_stride, x.c.column_stride, x.alpha,           x.beta};
}

// B in pieces of `columns` columns by one chunk of k, numbered along a row of pieces first: a thread reads its rows of B one after
// the other. Each has its place for its sums.
struct Pieces {
    std::ptrdiff_t chunks, blocks, columns;

    // Constraint: the sums of a piece stay in the first-level cache beside eight rows of it, which want to be long; every thread
    //   should get as much as any other. Decision: 16 KiB of sums; blocks narrower where there are fewer than eight pieces per
    //   thread.
    template <class T>
    static Pieces of_rows(const Product<T>& x, const GemmKernels<T>& kernels, int threads) {
        const std::ptrdiff_t widest =
            std::max<std::ptrdiff_t>(kernels.lanes, 16384 / static_cast<std::ptrdiff_t>(sizeof(T)) / x.c.rows);
        return with(x, kernels, threads, ceiling(x.c.columns, widest), 8 * kernels.lanes);
    }
    template <class T>
    static Pieces of_columns(const Product<T>& x, const GemmKernels<T>& kernels, int threads) {
        return with(x, kernels, threads, 1, 2 * kernels.lanes);
    }

private:
    template <class T>
    static Pieces with(const Product<T>& x, const GemmKernels<T>& kernels, int threads, std::ptrdiff_t blocks,
                       std::ptrdiff_t narrowest) {
        const std::ptrdiff_t n = x.c.columns, chunks = ceiling(x.a.columns, gemm_k_chunk<T>);
        const std::ptrdiff_t most = std::max(blocks, n / narrowest);
        while (threads > 1 && chunks * blocks < 8L * threads && blocks < most && (chunks * blocks) % threads != 0) ++blocks;
        const std::ptrdiff_t columns = round_up(ceiling(n, blocks), kernels.lanes);
        return {chunks, ceiling(n, columns), columns};
    }
};

// Sums of all pieces, then of the chunks. Kernel: thin_rows or thin_columns, for one chunk.
template <class T>
void by_chunks(const GemmKernels<T>& kernels, const Product<T>& x, const Pieces& pieces, GemmTeam team,
               void (*kernel)(const GemmThin<T>&)) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns, chunk = gemm_k_chunk<T>;
    const std::ptrdiff_t row = pieces.blocks * pieces.columns, sums_chunk = m * row;
    Workspace workspace(pieces.chunks * sums_chunk * sizeof(T));
    T* const sums = workspace.take<T>(pieces.chunks * sums_chunk);
    parallel_for(
        pieces.chunks * pieces.blocks, team.threads,
        [&](std::ptrdiff_t t) {
            const std::ptrdiff_t q = t / pieces.blocks, j = t % pieces.blocks * pieces.columns, p = q * chunk;
            GemmThin<T> part = thin_of(x);
            part.n = std::min(pieces.columns, n - j);
            part.k = std::min(chunk, k - p);
            part.a += p * part.a_column;
            part.b += p * part.b_row + j * part.b_column;
            part.c = sums + q * sums_chunk + j;
            part.c_row = row;
            part.c_column = 1;
            part.alpha = 1;
            part.beta = 0;
            kernel(part);
        },
        team.start);
    const GemmTeam adding =
        team_for(static_cast<double>(pieces.chunks) * static_cast<double>(sums_chunk) * work_of_reading, team.threads);
    parallel_for(
        pieces.blocks, adding.threads,
        [&](std::ptrdiff_t t) {
            const std::ptrdiff_t j = t * pieces.columns;
            kernels.thin_total({m, std::min(pieces.columns, n - j), pieces.chunks, sums + j, row, sums_chunk,
                                x.c.data + j * x.c.column_stride, x.c.row_stride, x.c.column_stride, x.alpha, x.beta});
        },
        adding.start);
}

}  // namespace

template <class T>
void thin_product(const GemmKernels<T>& kernels, const Product<T>& x, int threads) {
    const std::ptrdiff_t n = x.c.columns, k = x.a.columns;
    const double elements = static_cast<double>(n) * static_cast<double>(k);
    const GemmTeam team = team_for(elements * std::max(work_of_reading, static_cast<double>(x.c.rows)), threads);
    if (x.b.column_stride == 1) return by_chunks(kernels, x, Pieces::of_rows(x, kernels, team.threads), team, kernels.thin_rows);

    // Columns are read in one go where there are enough of them. Constraint: an interrupt is looked for between pieces, and a
    // thread that comes late must find some. Decision: pieces of 2^16 multiply-adds, about 10 us at the speed of memory.
    const std::ptrdiff_t piece = round_up(std::max<std::ptrdiff_t>(1, (1 << 16) / k), 2 * kernels.lanes);
    if (ceiling(n, piece) < 8L * team.threads && k > gemm_k_chunk<T> * team.threads)
        return by_chunks(kernels, x, Pieces::of_columns(x, kernels, team.threads), team, kernels.thin_columns);
    const auto run = [&](std::ptrdiff_t from) {
        GemmThin<T> part = thin_of(x);
        part.n = std::min(piece, n - from);
        part.b += from * part.b_column;
        part.c += from * part.c_column;
        kernels.thin_columns(part);
    };
    parallel_for(ceiling(n, piece), team.threads, [&](std::ptrdiff_t t) { run(t * piece); }, team.start);
}

template void thin_product(const GemmKernels<double>&, const Product<double>&, int);
template void thin_product(const GemmKernels<float>&, const Product<float>&, int);

}  // namespace mlmath
