// SPDX-License-Identifier: BSD-3-Clause
// gemm_batch: which axes are one run, small items in one call, threads over the items or inside them.
#include <algorithm>

#include "core/caches.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/dot/dot_chunk.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"

namespace mlmath {
namespace {

// Axes of size one dropped, and neighbours that all operands step through alike merged: usually one axis is left.
struct Axes {
    static constexpr int most = 64;  // NumPy's
    int count = 0;
    std::ptrdiff_t size[most], a[most], b[most], c[most], items = 1;

    explicit Axes(const GemmBatch& batch) {
        for (int x = 0; x < batch.axes; ++x) {
            const std::ptrdiff_t n = batch.size[x], step_a = batch.a_stride[x], step_b = batch.b_stride[x],
                                 step_c = batch.c_stride[x];
            items *= n;
            if (n == 1) continue;
            const int last = count - 1;
            if (count > 0 && a[last] == step_a * n && b[last] == step_b * n && c[last] == step_c * n)
                set(last, size[last] * n, step_a, step_b, step_c);
            else
                set(count++, n, step_a, step_b, step_c);
        }
        if (count == 0) set(count++, 1, 0, 0, 0);
    }
    int last() const { return count - 1; }
    std::ptrdiff_t run() const { return size[last()]; }  // items of the last axis

private:
    void set(int x, std::ptrdiff_t n, std::ptrdiff_t step_a, std::ptrdiff_t step_b, std::ptrdiff_t step_c) {
        size[x] = n;
        a[x] = step_a;
        b[x] = step_b;
        c[x] = step_c;
    }
};

// Whether results go past the caches, by way of a copy of 8 KiB that puts them on whole lines.
// Constraint: an ordinary store reads its line first, a quarter of all traffic; the copy costs as much as it saves where items are
//   small or the processor reads ahead well. Arithmetic: 20000 of 16 x 16 doubles (123 MB) 3.7 to 4.1 ms without, 2.8 with it on a
//   Xeon; 4.0 and 5.3 on a Zen 4; up to 8 x 8 nothing or a loss on both.
// Decision: on Intel's processors, for more than 8 steps of k, from half again the last-level cache on.
bool results_past_caches(double bytes) { return is_intel() && bytes > 1.5 * static_cast<double>(last_level_cache_bytes()); }

template <class T>
struct Batch {
    T alpha;
    MatrixView<const T> a, b;
    T beta;
    MatrixView<T> c;
    Axes axes;
    double work;  // multiply-adds of an item
    bool past_caches;

    // Item t, counted with the last axis fastest.
    void seek(std::ptrdiff_t t, MatrixView<const T>& at_a, MatrixView<const T>& at_b, MatrixView<T>& at_c) const {
        at_a = a;
        at_b = b;
        at_c = c;
        for (int x = axes.last(); x >= 0; --x) {
            const std::ptrdiff_t i = t % axes.size[x];
            t /= axes.size[x];
            at_a.data += i * axes.a[x];
            at_b.data += i * axes.b[x];
            at_c.data += i * axes.c[x];
        }
    }

    // Items [from, to), a run at a time.
    void small(const GemmKernels<T>& kernels, std::ptrdiff_t from, std::ptrdiff_t to) const {
        while (from < to) {
            const std::ptrdiff_t count = std::min(to - from, axes.run() - from % axes.run());
            MatrixView<const T> at_a, at_b;
            MatrixView<T> at_c;
            seek(from, at_a, at_b, at_c);
            const GemmBlock<T> block = {c.rows,
                                        c.columns,
                                        a.columns,
                                        at_a.data,
                                        kernels.tile_rows * a.row_stride,
                                        a.row_stride,
                                        a.column_stride,
                                        at_b.data,
                                        kernels.tile_columns,
                                        b.row_stride,
                                        at_c.data,
                                        c.row_stride,
                                        alpha,
                                        beta};
            kernels.items(
                {block, b.column_stride, count, axes.a[axes.last()], axes.b[axes.last()], axes.c[axes.last()], past_caches});
            from += count;
        }
    }
    // Items of one row times one column.
    void dots(std::ptrdiff_t from, std::ptrdiff_t to) const {
        while (from < to) {
            const std::ptrdiff_t count = std::min(to - from, axes.run() - from % axes.run());
            MatrixView<const T> at_a, at_b;
            MatrixView<T> at_c;
            seek(from, at_a, at_b, at_c);
            const int last = axes.last();
            dot_of_items(DotItems<T>{a.columns, count, at_a.data, a.column_stride, axes.a[last], at_b.data, b.row_stride,
                                     axes.b[last], at_c.data, axes.c[last]});
            from += count;
        }
    }
    void general(std::ptrdiff_t from, std::ptrdiff_t to, int threads) const {
        MatrixView<const T> at_a, at_b;
        MatrixView<T> at_c;
        for (std::ptrdiff_t t = from; t < to; ++t) {
            seek(t, at_a, at_b, at_c);
            gemm<T>(alpha, at_a, at_b, beta, at_c, threads);
        }
    }
};

// Whether items are small enough for one call per run, and lie as that wants it.
template <class T>
bool small_items(const Batch<T>& x, const GemmKernels<T>& kernels) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns;
    return k > 0 && k <= gemm_k_chunk<T> && x.c.column_stride == 1 && m * n > 1 && x.work <= small_work &&
           (x.b.column_stride == 1 || k * round_up(n, kernels.tile_columns) <= small_pack_elements<T>) &&
           !gemm_is_transposed(x.a, x.c, kernels.lanes);
}

template <class T>
void strides_of_one(MatrixView<T>& v) {
    if (v.columns == 1) v.column_stride = 1;
    if (v.rows == 1) v.row_stride = 1;
}

}  // namespace

template <class T>
void gemm_batch(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, const GemmBatch& batch,
                int threads) {
    check_gemm(a, b, c);
    strides_of_one(a);
    strides_of_one(b);
    strides_of_one(c);
    const double work = static_cast<double>(c.rows) * static_cast<double>(c.columns) * static_cast<double>(a.columns);
    Batch<T> x{alpha, a, b, beta, c, Axes(batch), std::max(1.0, work), false};
    const std::ptrdiff_t items = x.axes.items;
    if (items == 0 || c.rows == 0 || c.columns == 0) return;

    // Many times one: rows upon rows of A with the same B are one tall product.
    if (x.axes.count == 1 && x.axes.b[0] == 0 && c.rows * c.columns > 1 && x.axes.a[0] == c.rows * a.row_stride &&
        x.axes.c[0] == c.rows * c.row_stride && c.row_stride != 0) {
        a.rows = c.rows = c.rows * items;
        return gemm<T>(alpha, a, b, beta, c, threads);
    }

    const GemmKernels<T>& kernels = gemm_kernels<T>();
    const bool small = small_items(x, kernels);
    const bool dots = c.rows == 1 && c.columns == 1 && a.columns > 0 && a.columns <= dot_chunk && alpha == 1 && beta == 0;
    const double bytes = static_cast<double>(items) * static_cast<double>(sizeof(T)) *
                         (static_cast<double>(c.rows * c.columns) + static_cast<double>(a.rows * a.columns) +
                          static_cast<double>(b.rows * b.columns));
    x.past_caches = beta == 0 && x.axes.count == 1 && c.row_stride == c.columns && x.axes.c[0] == c.rows * c.columns &&
                    a.columns > small_depth && results_past_caches(bytes);

    // Matrices worth waking threads for are threaded inside; smaller ones go to threads in chunks.
    // Constraint: handing out a chunk costs under 0.1 us; a thread that comes late must find some left; an interrupt is looked for
    // between them. Decision: four per thread, of at least half a thread's work (0.5 us), or as many bytes where memory is the
    // limit, and of at most 2^22 of either (some milliseconds on the baseline).
    if (x.work >= work_worth_waking) return parallel_for(items, 1, [&](std::ptrdiff_t t) { x.general(t, t + 1, threads); });
    const double each = std::max(x.work, bytes / static_cast<double>(items));
    const GemmTeam team = team_for(static_cast<double>(items) * each, threads);
    const double least = work_of_a_thread / 2 / each, most = work_between_polls / each,
                 share = static_cast<double>(items) / (4.0 * team.threads);
    const auto chunk = static_cast<std::ptrdiff_t>(std::max(1.0, std::min(std::max(share, least), most)));
    parallel_for(
        ceiling(items, chunk), team.threads,
        [&](std::ptrdiff_t g) {
            const std::ptrdiff_t from = g * chunk, to = std::min(items, (g + 1) * chunk);
            if (small)
                x.small(kernels, from, to);
            else if (dots)
                x.dots(from, to);
            else
                x.general(from, to, 1);
        },
        team.start);
}

#define MLMATH_GEMM_BATCH(T) \
    template void gemm_batch(T, MatrixView<const T>, MatrixView<const T>, T, MatrixView<T>, const GemmBatch&, int)
MLMATH_GEMM_BATCH(double);
MLMATH_GEMM_BATCH(float);
#undef MLMATH_GEMM_BATCH

}  // namespace mlmath
