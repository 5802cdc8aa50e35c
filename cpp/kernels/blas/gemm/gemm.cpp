// SPDX-License-Identifier: BSD-3-Clause
// gemm: checks, orientation, tasks, threads. The arithmetic is in the per-level kernels.
#include "kernels/blas/gemm/gemm.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/dot/dot.hpp"
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
#include "kernels/blas/gemm/gemm_product.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GemmKernels<double>, gemm_f64);
MLMATH_KERNEL_TABLE(GemmKernels<float>, gemm_f32);

template <>
const GemmKernels<double>& gemm_kernels() {
    return active(gemm_f64_by_level);
}
template <>
const GemmKernels<float>& gemm_kernels() {
    return active(gemm_f32_by_level);
}

namespace {

template <class T>
void scale(T beta, MatrixView<T> c) {
    for (std::ptrdiff_t i = 0; i < c.rows; ++i)
        for (std::ptrdiff_t j = 0; j < c.columns; ++j) {
            T& element = c.data[i * c.row_stride + j * c.column_stride];
            element = beta == 0 ? T(0) : beta * element;
        }
}

// A stride that is never stepped along may be taken as 1.
template <class T>
MatrixView<T> simplified(MatrixView<T> v) {
    if (v.columns == 1) v.column_stride = 1;
    if (v.rows == 1) v.row_stride = 1;
    return v;
}

template <class T>
GemmBlock<T> plain_block(const GemmKernels<T>& kernels, const Product<T>& x) {
    return {x.c.rows,
            x.c.columns,
            x.a.columns,
            x.a.data,
            kernels.tile_rows * x.a.row_stride,
            x.a.row_stride,
            x.a.column_stride,
            x.b.data,
            kernels.tile_columns,
            x.b.row_stride,
            x.c.data,
            x.c.row_stride,
            x.alpha,
            x.beta};
}

// True when the product was small enough to be done here: as a batch of one.
template <class T>
bool small_product(const GemmKernels<T>& kernels, const Product<T>& x) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns;
    if (k > gemm_k_chunk<T> || x.c.column_stride != 1 || m > small_work || n > small_work || m * n > small_work ||
        m * n * k > small_work || (x.b.column_stride != 1 && k * round_up(n, kernels.tile_columns) > small_pack_elements<T>))
        return false;
    kernels.items({plain_block(kernels, x), x.b.column_stride, 1, 0, 0, 0, false});
    if (x.tail.apply != nullptr) x.tail.apply(x.c.data, m, n, x.c.row_stride, x.tail.bias);
    return true;
}

// Rows of A packed at a time. Constraint: a column-major A is read a cache line (8 doubles) per element of k; taking several lines
// side by side uses each page once. Decision: 64 rows x chunk = 192 KiB of doubles, which shares the second-level cache with B's
// block.
constexpr std::ptrdiff_t packed_rows = 64;

// One task: C (rows x columns of the plan) over some of k.
template <class T>
struct Task {
    const GemmKernels<T>& kernels;
    const GemmPlan& plan;
    T *packed_a, *packed_b, *staged_c;
    const T* panels;  // of this task's rows of A, when all threads have packed them together

    // Chunks of k from p on, before `to`. column: where this block of C begins, counted from the diagonal of a triangle.
    void run(const Product<T>& x, std::ptrdiff_t column, std::ptrdiff_t p, std::ptrdiff_t to, Team& team) const {
        const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns, chunk = gemm_k_chunk<T>;
        const double step = static_cast<double>(n) * static_cast<double>(std::min(k, chunk));
        const auto by_poll = static_cast<std::ptrdiff_t>(std::max(1.0, work_between_polls / step));
        const std::ptrdiff_t rows_at_once =
            round_up(staged_c != nullptr || (plan.pack_a && panels == nullptr) ? packed_rows : by_poll, kernels.tile_rows);
        for (; p < to; p += chunk) {
            const std::ptrdiff_t depth = std::min(chunk, k - p);
            GemmBlock<T> block = plain_block(kernels, x);
            block.k = depth;
            if (p > 0) block.beta = 1;
            block.b += p * x.b.row_stride;
            if (plan.pack_b) {
                kernels.pack_b(block.b, x.b.row_stride, x.b.column_stride, depth, n, packed_b);
                block.b = packed_b;
                block.b_row = kernels.tile_columns;
                block.b_panel = depth * kernels.tile_columns;
            }
            const bool lower = x.wanted == Wanted::lower, whole = x.wanted == Wanted::all;
            const std::ptrdiff_t first = lower ? column : 0, last = whole || lower ? m : column + n;
            for (std::ptrdiff_t i = first, next; i < last; i = next) {
                if (team.poll()) return;
                const bool crossing = !whole && i >= column && i < column + n;
                const std::ptrdiff_t stop = whole || crossing || lower || i >= column ? last : column;
                next = std::min(stop, i + (crossing ? diagonal_strip : rows_at_once));
                if (crossing)
                    strip(x, block, i, next - i, p, i - column);
                else
                    rows(x, block, i, next - i, p);
            }
        }
    }

private:
    // Rows of a triangle that cross its diagonal at column j of the block: what lies beside, and by way of a copy the square.
    void strip(const Product<T>& x, const GemmBlock<T>& block, std::ptrdiff_t i, std::ptrdiff_t count, std::ptrdiff_t p,
               std::ptrdiff_t j) const {
        const std::ptrdiff_t behind = std::min(block.n, j + diagonal_strip);
        const auto columns = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            GemmBlock<T> some = block;
            some.n = to - from;
            some.b += from / kernels.tile_columns * block.b_panel;
            return some;
        };
        const auto moved = [&](std::ptrdiff_t from) {
            Product<T> part = x;
            part.c.data += from * x.c.column_stride;
            return part;
        };
        if (x.wanted == Wanted::lower && j > 0) rows(x, columns(0, j), i, count, p);
        if (x.wanted == Wanted::upper && behind < block.n) rows(moved(behind), columns(behind, block.n), i, count, p);
        GemmBlock<T> square = operands(x, columns(j, behind), i, count, p);
        T copy[diagonal_strip * diagonal_strip];
        const std::ptrdiff_t n = square.n;
        T* const c = x.c.data + i * x.c.row_stride + j * x.c.column_stride;
        square.c = copy;
        square.c_row = n;
        const auto each_wanted = [&](auto&& body) {
            for (std::ptrdiff_t r = 0; r < count; ++r)
                for (std::ptrdiff_t q = x.wanted == Wanted::lower ? 0 : r; q < (x.wanted == Wanted::lower ? std::min(n, r + 1) : n);
                     ++q)
                    body(copy[r * n + q], c[r * x.c.row_stride + q * x.c.column_stride]);
        };
        if (block.beta != 0) {
            std::fill(copy, copy + count * n, T(0));
            each_wanted([](T& copied, T& element) { copied = element; });
        }
        kernels.block(square);
        each_wanted([](T& copied, T& element) { element = copied; });
    }

    // The block with its rows of A.
    GemmBlock<T> operands(const Product<T>& x, GemmBlock<T> block, std::ptrdiff_t i, std::ptrdiff_t count, std::ptrdiff_t p) const {
        block.m = count;
        block.fetched = plan.fetch_a && (!plan.pack_a || panels != nullptr) ? x.c.rows - i : 0;
        block.a = x.a.data + i * x.a.row_stride + p * x.a.column_stride;
        if (plan.pack_a) {
            if (panels == nullptr) kernels.pack_a(block.a, x.a.column_stride, x.a.row_stride, block.k, count, packed_a);
            block.a = panels == nullptr ? packed_a : panels + i * block.k;
            block.a_row = 1;
            block.a_column = kernels.tile_rows;
            block.a_panel = block.k * kernels.tile_rows;
        }
        return block;
    }

    void rows(const Product<T>& x, GemmBlock<T> block, std::ptrdiff_t i, std::ptrdiff_t count, std::ptrdiff_t p) const {
        block = operands(x, block, i, count, p);
        T* const c = x.c.data + i * x.c.row_stride;
        block.c = c;
        if (staged_c == nullptr) {
            kernels.block(block);
            if (x.tail.apply != nullptr && p + block.k == x.a.columns) x.tail.apply(c, count, block.n, x.c.row_stride, x.tail.bias);
            return;
        }
        // Columns of C that are not adjacent: into a dense copy and back.
        const std::ptrdiff_t n = block.n;
        block.c = staged_c;
        block.c_row = n;
        if (block.beta != 0)
            each(count, n,
                 [&](std::ptrdiff_t r, std::ptrdiff_t j) { staged_c[r * n + j] = c[r * x.c.row_stride + j * x.c.column_stride]; });
        kernels.block(block);
        each(count, n,
             [&](std::ptrdiff_t r, std::ptrdiff_t j) { c[r * x.c.row_stride + j * x.c.column_stride] = staged_c[r * n + j]; });
    }
    template <class Body>
    static void each(std::ptrdiff_t m, std::ptrdiff_t n, Body&& body) {
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) body(i, j);
    }
};

// Constraint: every column block wants all of A in panels, and packing costs an element about a cycle, 8 % of what it serves for in
//   a block of 192 columns. Decision: with more than two blocks the threads first pack one chunk of A together, and then meet all of
//   it; with two, the half that the other thread has packed comes slower from its cache than it is packed again.
// Rows of A in panels at once: 8192 x 384 doubles are 24 MiB.
constexpr std::ptrdiff_t rows_in_panels = 8192;

}  // namespace

template <class T>
void large_product(const GemmKernels<T>& kernels, const Product<T>& x, int threads) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns, chunk = gemm_k_chunk<T>, tile = kernels.tile_rows;
    const bool a_ready = x.a.column_stride == 1 || x.a.column_stride == -1 || x.a.column_stride == 0;
    const GemmPlan plan = plan_gemm(m, n, k, sizeof(T), chunk, {kernels.tile_rows, kernels.tile_columns, kernels.lanes}, a_ready,
                                    x.b.column_stride == 1, x.wanted != Wanted::all, threads);
    const bool together = plan.pack_a && plan.column_blocks > 2;
    if (together && m > rows_in_panels && x.wanted == Wanted::all) {
        for (std::ptrdiff_t i = 0; i < m; i += rows_in_panels) {
            Product<T> band = x;
            band.a.rows = band.c.rows = std::min(rows_in_panels, m - i);
            band.a.data += i * x.a.row_stride;
            band.c.data += i * x.c.row_stride;
            large_product(kernels, band, threads);
        }
        return;
    }
    const std::ptrdiff_t depth = std::min(k, chunk);
    const std::ptrdiff_t copied_rows = round_up(std::min(packed_rows, m), tile);
    const std::size_t a_size = plan.pack_a && !together ? copied_rows * depth : 0;
    const std::size_t b_size = plan.pack_b ? depth * round_up(plan.columns, kernels.tile_columns) : 0;
    const std::size_t c_size = x.c.column_stride != 1 ? copied_rows * plan.columns : 0;
    const std::size_t each = whole_lines(a_size * sizeof(T)) + whole_lines(b_size * sizeof(T)) + whole_lines(c_size * sizeof(T));
    const std::size_t shared = whole_lines(together ? round_up(m, tile) * depth * sizeof(T) : 0);
    Workspace workspace(shared + each * plan.threads);
    T* const panels = workspace.take<T>(shared / sizeof(T));
    std::byte* const scratch = workspace.data() + shared;

    const auto tasks = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        const auto one = [&](std::ptrdiff_t t, Team& team) {
            std::byte* mine = scratch + team.rank() * each;
            T* const packed_a = reinterpret_cast<T*>(mine);
            T* const packed_b = reinterpret_cast<T*>(mine += whole_lines(a_size * sizeof(T)));
            T* const staged_c = reinterpret_cast<T*>(mine + whole_lines(b_size * sizeof(T)));
            const std::ptrdiff_t i = t % plan.row_blocks * plan.rows, j = t / plan.row_blocks * plan.columns;
            const Task<T> task{kernels,
                               plan,
                               packed_a,
                               packed_b,
                               c_size > 0 ? staged_c : nullptr,
                               together ? panels + i * std::min(chunk, k - from) : nullptr};
            Product<T> part = x;
            part.c.rows = part.a.rows = std::min(plan.rows, m - i);
            part.c.columns = part.b.columns = std::min(plan.columns, n - j);
            part.a.data += i * x.a.row_stride;
            part.b.data += j * x.b.column_stride;
            part.c.data += i * x.c.row_stride + j * x.c.column_stride;
            if (x.tail.bias != nullptr) part.tail.bias += j;
            task.run(part, j, from, to, team);
        };
        parallel_for(plan.row_blocks * plan.column_blocks, plan.threads, one, plan.start);
    };
    if (!together) return tasks(0, k);
    for (std::ptrdiff_t p = 0; p < k; p += chunk) {
        const std::ptrdiff_t deep = std::min(chunk, k - p);
        const auto pack = [&](std::ptrdiff_t piece) {
            const std::ptrdiff_t i = piece * copied_rows;
            kernels.pack_a(x.a.data + i * x.a.row_stride + p * x.a.column_stride, x.a.column_stride, x.a.row_stride, deep,
                           std::min(copied_rows, m - i), panels + i * deep);
        };
        parallel_for(ceiling(m, copied_rows), plan.threads, pack, plan.start);
        tasks(p, p + deep);
    }
}

template void large_product(const GemmKernels<double>&, const Product<double>&, int);
template void large_product(const GemmKernels<float>&, const Product<float>&, int);

namespace {

// False when the tail is still to be applied.
template <class T>
bool product(const GemmKernels<T>& kernels, Product<T> x, int threads) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns;
    if (m == 0 || n == 0) return true;
    if (k == 0) return scale(x.beta, x.c), false;
    if (m == 1 && n == 1) {
        const T sum = dot<T>({x.a.data, k, x.a.column_stride}, {x.b.data, k, x.b.row_stride}, threads);
        *x.c.data = x.beta == 0 ? x.alpha * sum : x.alpha * sum + x.beta * *x.c.data;
        return false;
    }
    x.a = simplified(x.a);
    x.b = simplified(x.b);
    x.c = simplified(x.c);
    const bool by_columns = gemm_is_transposed(x.a, x.c, kernels.lanes);
    if (by_columns) {
        std::swap(x.a, x.b);
        x.a = transposed(x.a);
        x.b = transposed(x.b);
        x.c = transposed(x.c);
        x.tail = {};
    }
    if (gemm_is_thin(x)) return thin_product(kernels, x, threads), false;
    if (!small_product(kernels, x)) large_product(kernels, x, threads);
    return !by_columns;
}

// The tail by itself, where the product takes a path that does not end in whole rows. Pieces of 2^14 elements take some
// microseconds.
template <class T>
void tail_afterwards(const Product<T>& x, int threads) {
    const std::ptrdiff_t rows = std::max<std::ptrdiff_t>(1, (1 << 14) / x.c.columns);
    parallel_for(ceiling(x.c.rows, rows), threads, [&](std::ptrdiff_t piece) {
        const std::ptrdiff_t i = piece * rows;
        x.tail.apply(x.c.data + i * x.c.row_stride, std::min(rows, x.c.rows - i), x.c.columns, x.c.row_stride, x.tail.bias);
    });
}

}  // namespace

template <class T>
void gemm_with_tail(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, const GemmTail<T>* tail, int threads) {
    check_gemm(a, b, c);
    const GemmKernels<T>& kernels = gemm_kernels<T>();
    Product<T> x{1, a, b, 0, c};
    if (tail != nullptr) x.tail = *tail;
    if (!product(kernels, x, threads) && tail != nullptr) tail_afterwards(x, threads);
}

template <class T>
void check_gemm(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c) {
    if (a.columns != b.rows) check_same_size("gemm", "columns of a", a.columns, "rows of b", b.rows);
    if (c.rows != a.rows || c.columns != b.columns) check_shape("gemm", "c", c.rows, c.columns, a.rows, b.columns);
}

template <class T>
void gemm(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> c, int threads) {
    check_gemm(a, b, c);
    product(gemm_kernels<T>(), {alpha, a, b, beta, c}, threads);
}

#define MLMATH_GEMM(T)                                                                                              \
    template void gemm(T, MatrixView<const T>, MatrixView<const T>, T, MatrixView<T>, int);                         \
    template void gemm_with_tail(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, const GemmTail<T>*, int); \
    template void check_gemm(MatrixView<const T>, MatrixView<const T>, MatrixView<T>)
MLMATH_GEMM(double);
MLMATH_GEMM(float);
#undef MLMATH_GEMM

}  // namespace mlmath
