// SPDX-License-Identifier: BSD-3-Clause
// centered_product: W in panels, rows in pieces for the threads; few columns by way of gemm.
#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_blocking.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
#include "kernels/preprocessing/standardize/standardize.hpp"
#include "kernels/preprocessing/standardize/standardize_kernels.hpp"
#include "kernels/preprocessing/standardize/standardize_product_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CenteredKernels<float>, centered_f32);
MLMATH_KERNEL_TABLE(CenteredKernels<double>, centered_f64);

namespace {

const CenteredKernels<float>& kernels_of(float) { return active(centered_f32_by_level); }
const CenteredKernels<double>& kernels_of(double) { return active(centered_f64_by_level); }

// Constraint: a piece is handed out with an atomic operation and a look at the interrupt flag, 50 ns. Decision: pieces of 2^18
//   multiply-adds, some 5 us.
constexpr std::ptrdiff_t piece_work = 1 << 18;

// Rows whose deviations are written down: where rows of X do not lie element by element, and for gemm.
// Constraint: they are read right after they are written and should stay in the second-level cache (256 KiB on small cores). gemm
//   packs W for every block, 1.5 cycles an element of W, which serves as many multiply-adds as there are rows, 16 to 32 a cycle.
// Decision: 64 KiB, at least 32 rows, for gemm 256.
constexpr std::ptrdiff_t block_bytes = 64 << 10, least_rows = 32, least_rows_gemm = 256;

// Quotients, and whether all of them are finite.
template <class T>
bool divided(MatrixView<T> z, const T* scale) {
    if (z.column_stride == 1) {
        StandardizeLines<T> lines{};
        lines.y = z.data, lines.lines = z.rows, lines.length = z.columns, lines.y_stride = z.row_stride, lines.scale = scale;
        return standardize_table().divided(lines);
    }
    bool finite = true;
    for (std::ptrdiff_t i = 0; i < z.rows; ++i)
        for (std::ptrdiff_t j = 0; j < z.columns; ++j) {
            T& element = z.data[i * z.row_stride + j * z.column_stride];
            if (scale != nullptr) element /= scale[j];
            finite &= std::isfinite(element);
        }
    return finite;
}

// W, chunk of k after chunk of k, in panels of the tile's columns; scales and a mean of zeros for deviations that are taken
// already.
template <class T>
class Panels {
public:
    Panels(const CenteredKernels<T>& kernels, MatrixView<const T> w, const T* scale)
        : kernels_(kernels),
          d_(w.rows),
          k_(w.columns),
          wide_(round_up(w.columns, kernels.columns)),
          memory_(bytes(kernels, d_, k_)) {
        packed_ = memory_.template take<T>(d_ * wide_);
        scale_ = scale == nullptr ? nullptr : memory_.template take<T>(wide_);
        zeros_ = memory_.template take<T>(d_);
        std::fill(zeros_, zeros_ + d_, T(0));
        // Behind the last column stand copies of the last panel's first one.
        const std::ptrdiff_t first = (k_ - 1) / kernels.columns * kernels.columns;
        for (std::ptrdiff_t j = 0; scale != nullptr && j < wide_; ++j) scale_[j] = scale[j < k_ ? j : first];
        for (std::ptrdiff_t p = 0; p < d_; ++p) {
            const std::ptrdiff_t chunk = p / gemm_k_chunk<T> * gemm_k_chunk<T>, depth = std::min(gemm_k_chunk<T>, d_ - chunk);
            T* const to = packed_ + chunk * wide_ + (p - chunk) * kernels.columns;
            const T* const from = w.data + p * w.row_stride;
            for (std::ptrdiff_t j = 0; j < wide_; ++j)
                to[j / kernels.columns * depth * kernels.columns + j % kernels.columns] =
                    from[(j < k_ ? j : first) * w.column_stride];
        }
    }
    static std::size_t bytes(const CenteredKernels<T>& kernels, std::ptrdiff_t d, std::ptrdiff_t k) {
        const std::ptrdiff_t wide = round_up(k, kernels.columns);
        return whole_lines(d * wide * sizeof(T)) + whole_lines(wide * sizeof(T)) + whole_lines(d * sizeof(T));
    }
    /// Z = (A - 1 mean^T) W / scale, mean null: A. Returns whether all of Z is finite.
    bool multiply(MatrixView<const T> a, const T* mean, MatrixView<T> z) const {
        bool finite = true;
        for (std::ptrdiff_t p = 0; p < d_; p += gemm_k_chunk<T>) {
            const std::ptrdiff_t depth = std::min(gemm_k_chunk<T>, d_ - p);
            finite = kernels_.block({a.rows, k_, depth, a.data + p * a.column_stride, a.row_stride, a.column_stride,
                                     (mean == nullptr ? zeros_ : mean) + p, packed_ + p * wide_, z.data, z.row_stride, scale_,
                                     p == 0, p + depth == d_});
        }
        return finite;
    }

private:
    const CenteredKernels<T>& kernels_;
    std::ptrdiff_t d_, k_, wide_;
    Workspace memory_;
    T *packed_, *scale_, *zeros_;
};

// body(first row, rows) for blocks of so many rows, several to a piece; returns whether all of them returned true.
template <class Body>
bool all_blocks(std::ptrdiff_t n, std::ptrdiff_t rows, double work_of_row, int threads, Body&& body) {
    const std::ptrdiff_t blocks = ceiling(n, rows);
    const auto together = static_cast<std::ptrdiff_t>(std::max(1.0, piece_work / (work_of_row * static_cast<double>(rows))));
    const GemmTeam use = team_for(work_of_row * static_cast<double>(n), threads);
    std::atomic<bool> all{true};
    parallel_for(
        ceiling(blocks, together), use.threads,
        [&](std::ptrdiff_t piece) {
            for (std::ptrdiff_t b = piece * together; b < std::min(blocks, (piece + 1) * together); ++b)
                if (!body(b * rows, std::min(rows, n - b * rows))) all.store(false, std::memory_order_relaxed);
        },
        use.start);
    return all.load(std::memory_order_relaxed);
}

}  // namespace

template <class T>
bool centered_product(MatrixView<const T> x, const T* mean, MatrixView<const T> w, const T* scale, MatrixView<T> z, int threads) {
    check_same_size("centered_product", "columns of x", x.columns, "rows of w", w.rows);
    check_shape("centered_product", "z", z.rows, z.columns, x.rows, w.columns);
    const std::ptrdiff_t n = x.rows, d = x.columns, k = w.columns;
    if (n == 0 || k == 0) return true;
    const CenteredKernels<T>& kernels = kernels_of(T(0));
    // Reading an element of X or writing one of Z takes as long as some eight multiply-adds.
    const double work_of_row = static_cast<double>(d + 1) * static_cast<double>(k + 8);
    // Constraint: W in panels is read from the second-level cache for every strip of rows; a single element is dot()'s. Decision:
    //   up to half of that cache. Few columns leave lanes of a register empty and are as fast as X is read all the same.
    const bool tiles = d > 0 && n > 1 && z.column_stride == 1 && 2 * Panels<T>::bytes(kernels, d, k) <= second_level_cache();
    if (tiles && x.column_stride == 1) {
        const Panels<T> panels(kernels, w, scale);
        return all_blocks(n, 8 * kernels.rows, work_of_row, threads, [&](std::ptrdiff_t first, std::ptrdiff_t count) {
            return panels.multiply(rows_of(x, first, first + count), mean, rows_of(z, first, first + count));
        });
    }
    const std::ptrdiff_t in_block = block_bytes / static_cast<std::ptrdiff_t>(sizeof(T)) / std::max<std::ptrdiff_t>(1, d);
    const std::ptrdiff_t rows = round_up(std::max(tiles ? least_rows : least_rows_gemm, in_block), kernels.rows);
    const bool by_columns = x.row_stride == 1 && x.column_stride != 1;
    const auto each_block = [&](auto&& multiply) {
        return all_blocks(n, rows, work_of_row, threads, [&](std::ptrdiff_t first, std::ptrdiff_t count) {
            Workspace workspace(static_cast<std::size_t>(count * d) * sizeof(T));
            const MatrixView<T> deviations = {workspace.template take<T>(count * d), count, d, by_columns ? 1 : d,
                                              by_columns ? count : 1};
            standardize<T>(rows_of(x, first, first + count), mean, nullptr, false, deviations, 1);
            return multiply(as_const(deviations), rows_of(z, first, first + count));
        });
    };
    if (tiles) {
        const Panels<T> panels(kernels, w, scale);
        return each_block(
            [&](MatrixView<const T> deviations, MatrixView<T> part) { return panels.multiply(deviations, nullptr, part); });
    }
    return each_block([&](MatrixView<const T> deviations, MatrixView<T> part) {
        gemm<T>(1, deviations, w, 0, part, 1);
        return divided(part, scale);
    });
}

#define MLMATH_CENTERED(T) \
    template bool centered_product(MatrixView<const T>, const T*, MatrixView<const T>, const T*, MatrixView<T>, int)
MLMATH_CENTERED(float);
MLMATH_CENTERED(double);
#undef MLMATH_CENTERED

}  // namespace mlmath
