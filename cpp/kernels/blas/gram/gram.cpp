// SPDX-License-Identifier: BSD-3-Clause
// gram: parts of rows for the threads, packing, sums of parts. The arithmetic is gemm's register tile.
#include "kernels/blas/gram/gram.hpp"

#include <algorithm>
#include <atomic>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
#include "kernels/blas/gemmtr/gemmtr.hpp"
#include "kernels/blas/gram/gram_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GramKernels, gram_kernels);

namespace {

// Rows whose products are summed in registers. Constraint: a strip of A (tile rows x chunk) and a panel of B (tile columns x chunk)
// should stay in the first-level cache together, and updating C costs a load and a store per accumulator and chunk.
// Arithmetic: (8 + 24) x 96 doubles are 24 KiB of 32 (AVX2: (6 + 8) x 96: 10 KiB); C costs 2 of 96 operations.
// Decision: 96, for both types; part of the result's definition.
constexpr std::ptrdiff_t gram_chunk = 96;
// Rows of a part, which has sums of its own. Constraint: a thread's piece; the parts' sums are added afterwards, m / part of them,
// and their number must not depend on the threads. Decision: 4096 rows (about 1 ms for 50 columns), but at most 32 parts.
constexpr std::ptrdiff_t least_part = 4096, most_parts = 32;
// Columns of X from which C is left to gemmtr, but for tall X: up to here a chunk of X, packed twice, fits half a second-level
// cache of 1 MiB (2 x 96 x 256 doubles are 384 KiB).
constexpr std::ptrdiff_t gram_narrow = 256;
// Tall X. Constraint: gemmtr divides C among the threads, whose triangle falls into few and unequal tasks, and computes squares on
// its diagonal in vain: 20000 x 500 doubles take 35 ms on two threads, in parts 23; x 300 17 and 9. But the parts' sums, n^2 each,
// have to be small beside X, and there must be some for every thread. From 1024 columns on a chunk leaves the second-level cache.
// Decision: up to 1024 columns in parts of 4 n rows, so that the sums stay below a quarter of X, where that gives at least 8.
constexpr std::ptrdiff_t gram_tall = 1024, rows_of_tall = 32;
bool in_parts(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t q) {
    return q <= gram_narrow && (n <= gram_narrow || (n <= gram_tall && m >= rows_of_tall * n));
}

template <class T>
class Part {
public:
    Part(MatrixView<const T> x, const VectorView<const T>* weights, MatrixView<const T> y, std::byte* scratch)
        : kernels_(gemm_kernels<T>()), x_(x), y_(y), weights_(weights) {
        const auto take = [&](std::ptrdiff_t elements) {
            T* piece = reinterpret_cast<T*>(scratch);
            scratch += whole_lines(elements * sizeof(T));
            return piece;
        };
        left_ = take(gram_chunk * round_up(x.columns, kernels_.tile_rows));
        right_ = take(gram_chunk * round_up(x.columns, kernels_.tile_columns));
        other_ = take(gram_chunk * round_up(y.columns, kernels_.tile_columns));
        scaled_ = take(weights == nullptr ? 0 : gram_chunk * std::max(x.columns, y.columns));
    }
    static std::size_t scratch(const GemmKernels<T>& kernels, std::ptrdiff_t n, std::ptrdiff_t q, bool weighted) {
        const auto bytes = [](std::ptrdiff_t elements) { return whole_lines(elements * sizeof(T)); };
        return bytes(gram_chunk * round_up(n, kernels.tile_rows)) + bytes(gram_chunk * round_up(n, kernels.tile_columns)) +
               bytes(gram_chunk * round_up(q, kernels.tile_columns)) + bytes(weighted ? gram_chunk * std::max(n, q) : 0);
    }

    // Rows [from, to) into c (n x n: what triangle() computes) and d (n x q). Returns triangle()'s row, or -1 when asked to stop.
    std::ptrdiff_t sum(std::ptrdiff_t from, std::ptrdiff_t to, T* c, T* d, Team& team) const {
        const std::ptrdiff_t n = x_.columns, q = y_.columns;
        const bool same = weights_ == nullptr, ahead = x_.column_stride == 1;
        std::ptrdiff_t split = n;
        for (std::ptrdiff_t p = from; p < to; p += gram_chunk) {
            if (team.poll()) return -1;
            const std::ptrdiff_t k = std::min(gram_chunk, to - p);
            if (q > 0 || !same || !kernels_.strips_in_panels)
                kernels_.pack_a(x_.data + p * x_.row_stride, x_.row_stride, x_.column_stride, k, n, left_);
            pack_right(x_, p, k, right_);
            const T beta = p == from ? 0 : 1;
            split = kernels_.triangle({block(n, k, right_, c, beta), same, x_.data + (p + k) * x_.row_stride,
                                       ahead ? std::min(gram_chunk, x_.rows - p - k) : 0, x_.row_stride, n});
            if (q == 0) continue;
            pack_right(y_, p, k, other_);
            kernels_.block(block(q, k, other_, d, beta));
        }
        return split;
    }

private:
    void pack_right(MatrixView<const T> x, std::ptrdiff_t p, std::ptrdiff_t k, T* packed) const {
        const T* from = x.data + p * x.row_stride;
        if (weights_ == nullptr) return kernels_.pack_b(from, x.row_stride, x.column_stride, k, x.columns, packed);
        active(gram_kernels_by_level)
            .scale({from, k, x.columns, x.row_stride, x.column_stride}, weights_->data + p * weights_->stride, weights_->stride,
                   scaled_);
        kernels_.pack_b(scaled_, x.columns, 1, k, x.columns, packed);
    }
    GemmBlock<T> block(std::ptrdiff_t columns, std::ptrdiff_t k, const T* b, T* c, T beta) const {
        return {x_.columns,
                columns,
                k,
                left_,
                k * kernels_.tile_rows,
                1,
                kernels_.tile_rows,
                b,
                k * kernels_.tile_columns,
                kernels_.tile_columns,
                c,
                columns,
                T(1),
                beta};
    }

    const GemmKernels<T>& kernels_;
    MatrixView<const T> x_, y_;
    const VectorView<const T>* weights_;
    T *left_, *right_, *other_, *scaled_;
};

// body(i, j) for the elements in rows [from, to) that triangle() computes, row `split` being the first of its last ones.
template <class Body>
void each_computed(std::ptrdiff_t from, std::ptrdiff_t to, std::ptrdiff_t split, Body&& body) {
    for (std::ptrdiff_t i = from; i < to; ++i)
        for (std::ptrdiff_t j = i < split ? i : 0; j < (i < split ? split : i + 1); ++j) body(i, j);
}

// The other half. Constraint: written down a column, every element is on a page of its own when rows are long. Decision: squares of
//   32, whose rows and columns both stay in the first-level cache; a stripe of them is a thread's piece. The few last rows that
//   were computed instead of columns go element by element.
template <class T>
void mirror(T* c, std::ptrdiff_t n, std::ptrdiff_t split, int threads) {
    constexpr std::ptrdiff_t side = 32;
    parallel_for(ceiling(split, side), n < 256 ? 1 : threads, [&](std::ptrdiff_t stripe) {
        const std::ptrdiff_t top = stripe * side, bottom = std::min(split, top + side);
        for (std::ptrdiff_t left = 0; left < bottom; left += side)
            for (std::ptrdiff_t i = top; i < bottom; ++i)
                for (std::ptrdiff_t j = left; j < std::min(i, left + side); ++j) c[i * n + j] = c[j * n + i];
    });
    for (std::ptrdiff_t i = split; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < i; ++j) c[j * n + i] = c[i * n + j];
}

template <class T>
std::ptrdiff_t narrow(MatrixView<const T> x, const VectorView<const T>* weights, MatrixView<const T> y, T* c, T* d, int threads) {
    const std::ptrdiff_t m = x.rows, n = x.columns, q = y.columns;
    const std::ptrdiff_t least = n <= gram_narrow ? least_part : round_up(4 * n, gram_chunk);
    const std::ptrdiff_t rows = std::max(least, round_up(ceiling(m, most_parts), gram_chunk)), parts = ceiling(m, rows);
    const GemmKernels<T>& kernels = gemm_kernels<T>();
    const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(n / 2 + q + 1);
    const GemmTeam use = team_for(work, static_cast<int>(std::min<std::ptrdiff_t>(threads, parts)));
    // The first part's sums are C and D themselves.
    const std::ptrdiff_t sums = n * (n + q);
    const std::size_t of_sums = whole_lines(sums * sizeof(T)), of_thread = Part<T>::scratch(kernels, n, q, weights != nullptr);
    Workspace workspace(of_sums * (parts - 1) + of_thread * use.threads);
    std::byte* const scratch = workspace.data() + of_sums * (parts - 1);
    const auto sums_of = [&](std::ptrdiff_t part) { return reinterpret_cast<T*>(workspace.data() + of_sums * (part - 1)); };

    std::atomic<std::ptrdiff_t> split{n};
    parallel_for(
        parts, use.threads,
        [&](std::ptrdiff_t p, Team& team) {
            const Part<T> part(x, weights, y, scratch + team.rank() * of_thread);
            T* const of_c = p == 0 ? c : sums_of(p);
            T* const of_d = p == 0 ? d : of_c + n * n;
            const std::ptrdiff_t row = part.sum(p * rows, std::min(m, (p + 1) * rows), of_c, of_d, team);
            if (row >= 0) split.store(row, std::memory_order_relaxed);  // the same for all
        },
        use.start);
    // In stripes of 32 rows where there are many: their numbers come from the third-level cache or memory.
    const std::ptrdiff_t stripe = n <= gram_narrow ? n : 32;
    parallel_for(ceiling(n, stripe), use.threads, [&](std::ptrdiff_t s) {
        const std::ptrdiff_t from = s * stripe, to = std::min(n, from + stripe);
        for (std::ptrdiff_t p = 1; p < parts; ++p) {
            const T* const of_c = sums_of(p);
            each_computed(from, to, split, [&](std::ptrdiff_t i, std::ptrdiff_t j) { c[i * n + j] += of_c[i * n + j]; });
            for (std::ptrdiff_t e = from * q; e < to * q; ++e) d[e] += of_c[n * n + e];
        }
    });
    return split;
}

// Many columns: C's upper half by gemmtr, W X in bands of rows.
constexpr std::ptrdiff_t band = 2048;

template <class T>
std::ptrdiff_t wide(MatrixView<const T> x, const VectorView<const T>* weights, MatrixView<const T> y, T* c, T* d, int threads) {
    const std::ptrdiff_t m = x.rows, n = x.columns, q = y.columns, rows = weights == nullptr ? m : std::min(m, band);
    Workspace workspace(weights == nullptr ? 0 : rows * (n + q) * sizeof(T));
    T* const scaled = reinterpret_cast<T*>(workspace.data());
    for (std::ptrdiff_t p = 0; p < m; p += rows) {
        const std::ptrdiff_t k = std::min(rows, m - p);
        MatrixView<const T> left = x, right = x, other = y;
        left.rows = right.rows = other.rows = k;
        left.data += p * x.row_stride;
        right.data = left.data;
        other.data += p * y.row_stride;
        if (weights != nullptr) {
            const auto scale = [&](MatrixView<const T> from, T* to) {
                parallel_for(ceiling(k, 64), threads, [&](std::ptrdiff_t piece) {
                    const std::ptrdiff_t i = piece * 64, count = std::min<std::ptrdiff_t>(64, k - i);
                    active(gram_kernels_by_level)
                        .scale({from.data + i * from.row_stride, count, from.columns, from.row_stride, from.column_stride},
                               weights->data + (p + i) * weights->stride, weights->stride, to + i * from.columns);
                });
            };
            scale(right, scaled);
            scale(other, scaled + k * n);
            right = {scaled, k, n, n, 1};
            other = {scaled + k * n, k, q, q, 1};
        }
        const T beta = p == 0 ? 0 : 1;
        gemmtr<T>(1, transposed(left), right, beta, MatrixView<T>{c, n, n, n, 1}, false, threads);
        if (q > 0) gemm<T>(1, transposed(left), other, beta, MatrixView<T>{d, n, q, q, 1}, threads);
    }
    return n;
}

}  // namespace

template <class T>
void gram(MatrixView<const T> x, const VectorView<const T>* weights, MatrixView<const T> y, T* c, T* d, int threads) {
    if (weights != nullptr) check_same_size("gram", "rows of x", x.rows, "weights", weights->size);
    if (y.columns > 0) check_same_size("gram", "rows of x", x.rows, "rows of y", y.rows);
    const std::ptrdiff_t n = x.columns, q = y.columns;
    if (x.rows == 0) {
        std::fill(c, c + n * n, T(0));
        std::fill(d, d + n * q, T(0));
        return;
    }
    if (n == 0) return;
    const auto half = in_parts(x.rows, n, q) ? narrow<T> : wide<T>;
    mirror(c, n, half(x, weights, y, c, d, threads), threads);
}

#define MLMATH_GRAM(T) template void gram(MatrixView<const T>, const VectorView<const T>*, MatrixView<const T>, T*, T*, int)
MLMATH_GRAM(double);
MLMATH_GRAM(float);
#undef MLMATH_GRAM

}  // namespace mlmath
