// SPDX-License-Identifier: BSD-3-Clause
// gemm: checks, orientation, tasks, threads. The arithmetic is in the per-level kernels.
#include "kernels/blas/gemm/gemm.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/dot/dot.hpp"
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
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
struct Product {
    T alpha;
    MatrixView<const T> a, b;
    T beta;
    MatrixView<T> c;
    GemmTail<T> tail{};  // apply null: none
};

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

// True when the product was small enough to be done here.
template <class T>
bool small_product(const GemmKernels<T>& kernels, const Product<T>& x) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns;
    if (k > gemm_k_chunk<T> || x.c.column_stride != 1 || m > small_work || n > small_work || m * n > small_work ||
        m * n * k > small_work)
        return false;
    GemmBlock<T> block = plain_block(kernels, x);
    const auto run = [&] {
        kernels.block(block);
        if (x.tail.apply != nullptr) x.tail.apply(x.c.data, m, n, x.c.row_stride, x.tail.bias);
        return true;
    };
    if (x.b.column_stride == 1) return run();
    alignas(cache_line) std::byte scratch[small_pack_bytes];
    const std::ptrdiff_t size = k * round_up(n, kernels.tile_columns);
    if (size * sizeof(T) > small_pack_bytes) return false;
    T* packed = reinterpret_cast<T*>(scratch);
    kernels.pack_b(x.b.data, x.b.row_stride, x.b.column_stride, k, n, packed);
    block.b = packed;
    block.b_row = kernels.tile_columns;
    block.b_panel = k * kernels.tile_columns;
    return run();
}

// Rows of A packed at a time. Constraint: a column-major A is read a cache line (8 doubles) per element of k; taking several lines
// side by side uses each page once. Decision: 64 rows x chunk = 192 KiB of doubles, which shares the second-level cache with B's
// block.
constexpr std::ptrdiff_t packed_rows = 64;
// Multiply-adds between two looks at the interrupt flag: 2^22 take 0.1 ms on AVX-512 and about 2 ms on the baseline.
constexpr double work_between_polls = 1 << 22;

// One task: C (rows x columns of the plan) over all of k.
template <class T>
struct Task {
    const GemmKernels<T>& kernels;
    const GemmPlan& plan;
    T *packed_a, *packed_b, *staged_c;

    // False when the work should stop.
    bool run(const Product<T>& x, Team& team) const {
        const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns, chunk = gemm_k_chunk<T>;
        const double step = static_cast<double>(n) * static_cast<double>(std::min(k, chunk));
        const auto by_poll = static_cast<std::ptrdiff_t>(std::max(1.0, work_between_polls / step));
        const std::ptrdiff_t rows_at_once = round_up(plan.pack_a || staged_c != nullptr ? packed_rows : by_poll, kernels.tile_rows);
        for (std::ptrdiff_t p = 0; p < k; p += chunk) {
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
            for (std::ptrdiff_t i = 0; i < m; i += rows_at_once) {
                if (team.poll()) return false;
                rows(x, block, i, std::min(rows_at_once, m - i), p);
            }
        }
        return true;
    }

private:
    void rows(const Product<T>& x, GemmBlock<T> block, std::ptrdiff_t i, std::ptrdiff_t count, std::ptrdiff_t p) const {
        block.m = count;
        block.a = x.a.data + i * x.a.row_stride + p * x.a.column_stride;
        if (plan.pack_a) {
            kernels.pack_a(block.a, x.a.column_stride, x.a.row_stride, block.k, count, packed_a);
            block.a = packed_a;
            block.a_row = 1;
            block.a_column = kernels.tile_rows;
            block.a_panel = block.k * kernels.tile_rows;
        }
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

template <class T>
void large_product(const GemmKernels<T>& kernels, const Product<T>& x, int threads) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns;
    const bool a_ready = x.a.column_stride == 1 || x.a.column_stride == -1 || x.a.column_stride == 0;
    const GemmPlan plan = plan_gemm(m, n, k, sizeof(T), gemm_k_chunk<T>, {kernels.tile_rows, kernels.tile_columns, kernels.lanes},
                                    a_ready, x.b.column_stride == 1, threads);
    const std::ptrdiff_t depth = std::min(k, gemm_k_chunk<T>);
    const std::ptrdiff_t copied_rows = round_up(std::min(packed_rows, m), kernels.tile_rows);
    const std::size_t a_size = plan.pack_a ? copied_rows * depth : 0;
    const std::size_t b_size = plan.pack_b ? depth * round_up(plan.columns, kernels.tile_columns) : 0;
    const std::size_t c_size = x.c.column_stride != 1 ? copied_rows * plan.columns : 0;
    const std::size_t each = whole_lines(a_size * sizeof(T)) + whole_lines(b_size * sizeof(T)) + whole_lines(c_size * sizeof(T));
    Workspace workspace(each * plan.threads);
    std::byte* const scratch = workspace.data();

    std::atomic<std::ptrdiff_t> next{0};
    parallel(plan.threads, [&](Team& team) {
        std::byte* mine = scratch + team.rank() * each;
        T* const packed_a = reinterpret_cast<T*>(mine);
        T* const packed_b = reinterpret_cast<T*>(mine += whole_lines(a_size * sizeof(T)));
        T* const staged_c = reinterpret_cast<T*>(mine + whole_lines(b_size * sizeof(T)));
        const Task<T> task{kernels, plan, packed_a, packed_b, c_size > 0 ? staged_c : nullptr};
        for (;;) {
            const std::ptrdiff_t t = next.fetch_add(1, std::memory_order_relaxed);
            if (t >= plan.row_blocks * plan.column_blocks) return;
            const std::ptrdiff_t i = t % plan.row_blocks * plan.rows, j = t / plan.row_blocks * plan.columns;
            Product<T> part = x;
            part.c.rows = part.a.rows = std::min(plan.rows, m - i);
            part.c.columns = part.b.columns = std::min(plan.columns, n - j);
            part.a.data += i * x.a.row_stride;
            part.b.data += j * x.b.column_stride;
            part.c.data += i * x.c.row_stride + j * x.c.column_stride;
            if (x.tail.bias != nullptr) part.tail.bias += j;
            if (!task.run(part, team)) return;
        }
    });
}

// One row times a matrix whose columns lie ready, each read once. Constraint: work for another thread should last some
// microseconds, and an interrupt is looked for between pieces. Decision: pieces of 2^16 multiply-adds, about 10 us at the speed of
// memory.
template <class T>
void line_product(const GemmKernels<T>& kernels, const Product<T>& x, int threads) {
    const std::ptrdiff_t n = x.c.columns, k = x.a.columns;
    const auto run = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        kernels.line({to - from, k, x.a.data, x.a.column_stride, x.b.data + from * x.b.column_stride, x.b.column_stride,
                      x.c.data + from * x.c.column_stride, x.c.column_stride, x.alpha, x.beta});
    };
    const std::ptrdiff_t piece = round_up(std::max<std::ptrdiff_t>(1, (1 << 16) / k), kernels.lanes);
    if (n <= piece) return run(0, n);
    const double work = static_cast<double>(n) * static_cast<double>(k);
    parallel_for(ceiling(n, piece), static_cast<int>(std::max(1.0, std::min<double>(threads, work / work_of_a_thread))),
                 [&](std::ptrdiff_t t) { run(t * piece, std::min(n, (t + 1) * piece)); });
}
constexpr std::ptrdiff_t longest_line = 1 << 20;  // a piece has at least one register of columns: 2^20 of them are read in a few ms

template <class T>
void product(const GemmKernels<T>& kernels, Product<T> x, int threads) {
    const std::ptrdiff_t m = x.c.rows, n = x.c.columns, k = x.a.columns;
    if (m == 0 || n == 0) return;
    if (k == 0) return scale(x.beta, x.c);
    if (m == 1 && n == 1) {
        const T sum = dot<T>({x.a.data, k, x.a.column_stride}, {x.b.data, k, x.b.row_stride}, threads);
        *x.c.data = x.beta == 0 ? x.alpha * sum : x.alpha * sum + x.beta * *x.c.data;
        return;
    }
    x.a = simplified(x.a);
    x.b = simplified(x.b);
    x.c = simplified(x.c);
    if (gemm_is_transposed(x.c, kernels.lanes)) {
        std::swap(x.a, x.b);
        x.a = transposed(x.a);
        x.b = transposed(x.b);
        x.c = transposed(x.c);
    }
    if (x.c.rows == 1 && x.b.row_stride == 1 && x.b.column_stride != 1 && k <= longest_line)
        return line_product(kernels, x, threads);
    if (!small_product(kernels, x)) large_product(kernels, x, threads);
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
    if (tail == nullptr) return product(kernels, x, threads);
    if (c.rows == 0 || c.columns == 0) return;
    // A column, or a row by a transposed matrix, is computed otherwise than row by row.
    const bool by_rows = a.columns > 0 && c.rows > 1 && c.columns > 1 && !gemm_is_transposed(simplified(c), kernels.lanes);
    if (by_rows) x.tail = *tail;
    product(kernels, x, threads);
    x.tail = *tail;
    if (!by_rows) tail_afterwards(x, threads);
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
