// SPDX-License-Identifier: BSD-3-Clause
// glm_pass: checks, packing, runs of blocks whose sums are added in a fixed order, dispatch, threads.
#include "kernels/linear_model/glm_pass/glm_pass.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gram/gram.hpp"
#include "kernels/linear_model/glm_pass/glm_pass_block.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GlmKernels, glm_kernels);

namespace {

constexpr std::ptrdiff_t ceiling_of(std::ptrdiff_t a, std::ptrdiff_t b) { return (a + b - 1) / b; }

// Constraint: sums must not depend on the threads, so each run of blocks has sums of its own, added in order at the end.
// Arithmetic: 1024 rows of 50 columns take 8 us (with X^T W X 30), so that handing out and adding 51^2 sums do not show; 64 runs
//   keep a dozen cores busy evenly; at d = 255 their sums of products take 33 MB.
// Decision: runs of at least 1024 rows, at most 64, fewer (never fewer than 8) when their sums would exceed 32 MiB.
constexpr std::ptrdiff_t least_run = 1024, most_runs = 64;

// Rows scaled for one product of tiles. Constraint: a tile of X^T W X costs a load and a store per accumulator and chunk, while a
//   strip and a panel of the chunk (8 + 24 columns) should stay in L1. Arithmetic: 128 x 32 doubles are 32 KiB; the tile costs 2
//   of 128 operations. Decision: as many whole blocks as fit 128 rows.
constexpr std::ptrdiff_t most_chunk = 128;

// Constraint: handing work over costs about a microsecond, waking a thread 5 to 60. Arithmetic: a block element takes 0.15 ns in
//   cache, with its part of X^T W X d/16 times as much more. Decision: a second thread from 65536 elements (10 us) on.
constexpr double worth_a_thread = 65536;

// Constraint: rows named by number lie anywhere in memory, where no prefetcher guesses. Arithmetic: a row of 50 doubles takes 20
//   ns to compute, memory answers after 100. Decision: rows are asked for 8 ahead.
constexpr std::ptrdiff_t picked_ahead = 8;

template <class T>
GlmSizes sizes_of(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t outputs, bool pack, const GlmUse& use) {
    const auto bytes = [](std::ptrdiff_t count, std::size_t size) { return whole_lines(static_cast<std::size_t>(count) * size); };
    GlmSizes s{};
    s.narrow = d < glm_narrow;
    s.block_rows = glm_rows_of_block<T>(d);
    s.chunk_rows = std::max<std::ptrdiff_t>(1, most_chunk / s.block_rows) * s.block_rows;
    s.sums = 2 + outputs * (d + 1);
    const std::ptrdiff_t square = (d + 1) * (d + 1);
    const std::ptrdiff_t affordable = (std::ptrdiff_t{32} << 20) / ((s.narrow && outputs == 1 ? square : s.sums) * 8);
    s.most_runs = std::min(ceiling_of(n, least_run), std::clamp<std::ptrdiff_t>(affordable, 8, most_runs));
    s.squares = use.hessian && s.narrow ? square : 0;
    const std::ptrdiff_t lanes = glm_lanes<T>;
    s.coef = ceiling_of(d, lanes) * lanes;
    // Rows an odd number of cache lines apart, so that a column's lines spread over all sets of the first-level cache.
    s.scaled_stride = (ceiling_of(d + 1, lanes) | 1) * lanes;
    s.packed = pack || use.rows ? s.block_rows * d : 0;
    s.scratch = outputs > 1 ? outputs * glm_block_rows : 0;
    s.picked = use.rows ? 2 * glm_block_rows : 0;
    const std::ptrdiff_t scaled = s.squares > 0 ? s.chunk_rows * s.scaled_stride : 0;
    s.own_bytes = bytes(s.packed, sizeof(T)) + bytes(s.scratch, sizeof(T)) + bytes(s.picked, sizeof(T)) + bytes(scaled, sizeof(T));
    const std::ptrdiff_t wide = use.hessian && !s.narrow ? n + d * (d + 1) : 0;
    s.bytes = 2 * bytes(n, sizeof(T)) + bytes(outputs * (s.coef + 1), sizeof(T)) + bytes(s.most_runs * s.sums, 8) +
              bytes(s.most_runs * s.squares, sizeof(T)) + bytes(wide, sizeof(T)) + 64 +
              static_cast<std::size_t>(use.threads) * s.own_bytes;
    return s;
}

GlmUse with_threads(GlmUse use) { return use.threads = std::max(use.threads, 1), use; }

}  // namespace

template <class T>
GlmPass<T>::GlmPass(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> weights, const GlmModel& model,
                    const GlmUse& use)
    : x_(x),
      model_(model),
      threads_(std::max(use.threads, 1)),
      pack_(x.column_stride != 1 && x.columns > 1),
      sizes_(sizes_of<T>(x.rows, x.columns, model.outputs, pack_, with_threads(use))),
      memory_(sizes_.bytes) {
    const std::ptrdiff_t n = x.rows;
    if (n < 1) invalid_argument("fit_linear", "X must have at least one row, got 0");
    check_same_size("fit_linear", "X", n, "y", y.size);
    if (weights.data != nullptr) check_same_size("fit_linear", "X", n, "sample_weight", weights.size);
    const bool multinomial = model.loss == LinearLoss::multinomial;
    if (multinomial ? model.outputs < 2 || use.hessian : model.outputs != 1)
        invalid_argument("fit_linear", "loss 'multinomial' has at least two outputs and no Hessian here, every other one");
    const auto count = [](std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); };
    y_ = memory_.take<T>(count(n));
    weights_ = memory_.take<T>(count(n));
    coef_ = memory_.take<T>(count(model.outputs * (sizes_.coef + 1)));
    sums_ = memory_.take<double>(count(sizes_.most_runs * sizes_.sums));
    squares_ = memory_.take<T>(count(sizes_.most_runs * sizes_.squares));
    const bool wide = use.hessian && !sizes_.narrow;
    curvatures_ = memory_.take<T>(wide ? count(n + x.columns * (x.columns + 1)) : 0);
    if (!wide) curvatures_ = nullptr;
    own_ = reinterpret_cast<std::byte*>(memory_.take<T>(0));
    for (std::ptrdiff_t i = 0; i < n; ++i) y_[i] = y.data[i * y.stride];
    for (std::ptrdiff_t i = 0; multinomial && i < n; ++i)
        if (!(y_[i] >= 0 && y_[i] < static_cast<T>(model.outputs) && y_[i] == std::floor(y_[i])))
            invalid_argument("fit_linear", "y must hold class numbers from 0 to " + std::to_string(model.outputs - 1) + ", got " +
                                               std::to_string(y_[i]));
    weight_ = static_cast<double>(n);
    if (weights.data != nullptr) {
        weight_ = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) weight_ += static_cast<double>(weights_[i] = weights.data[i * weights.stride]);
    } else {
        weights_ = nullptr;
    }
    if (!(weight_ > 0) || !std::isfinite(weight_))
        invalid_argument("fit_linear", "sample_weight must have a positive, finite sum, got " + std::to_string(weight_));
}

// A block's rows by number, one after the other, with their targets and weights. `left`: how many numbers there are from here on.
template <class T>
void GlmPass<T>::pick(const std::int32_t* rows, std::ptrdiff_t count, std::ptrdiff_t left, T* packed, T* picked) const {
    const std::ptrdiff_t d = x_.columns, row_bytes = d * static_cast<std::ptrdiff_t>(sizeof(T));
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        if (!pack_ && i + picked_ahead < left) {
            const char* next = reinterpret_cast<const char*>(x_.data + rows[i + picked_ahead] * x_.row_stride);
            for (std::ptrdiff_t at = 0; at < row_bytes; at += 64) __builtin_prefetch(next + at, 0, 2);
        }
        const std::ptrdiff_t row = rows[i];
        const T* from = x_.data + row * x_.row_stride;
        if (pack_)
            for (std::ptrdiff_t j = 0; j < d; ++j) packed[i * d + j] = from[j * x_.column_stride];
        else
            std::copy_n(from, d, packed + i * d);
        picked[i] = y_[row];
        picked[glm_block_rows + i] = weights_ == nullptr ? T(1) : weights_[row];
    }
}

// One run of blocks into its sums; false when asked to stop.
template <class T>
bool GlmPass<T>::run(std::ptrdiff_t index, const Runs& runs, Team& team, T* scores, bool squares) {
    const GlmSizes& sizes = sizes_;
    const std::ptrdiff_t n = runs.rows, d = x_.columns, size = d + 1;
    const GlmKernels& kernels = active(glm_kernels_by_level);
    const GemmKernels<T>& tiles = gemm_kernels<T>();
    double* s = sums_ + index * sizes.sums;
    std::fill(s, s + sizes.sums, 0.0);
    const auto whole = [](std::ptrdiff_t elements) {
        return static_cast<std::ptrdiff_t>(whole_lines(static_cast<std::size_t>(elements) * sizeof(T)) / sizeof(T));
    };
    T* const packed = reinterpret_cast<T*>(own_ + static_cast<std::size_t>(team.rank()) * sizes.own_bytes);
    T* const scratch = packed + whole(sizes.packed);
    T* const picked = scratch + whole(sizes.scratch);
    T* const scaled = picked + whole(sizes.picked);
    T* const c = squares_ + index * sizes.squares;
    std::ptrdiff_t filled = 0, split = size;
    T beta = 0;
    const std::ptrdiff_t last = (index + 1) * runs.blocks / runs.runs;
    for (std::ptrdiff_t b = index * runs.blocks / runs.runs; b < last; ++b) {
        if (team.poll()) return false;
        const std::ptrdiff_t row = b * sizes.block_rows, rows = std::min(sizes.block_rows, n - row);
        const T *x = x_.data + row * x_.row_stride, *y = y_ + row, *weights = weights_ == nullptr ? nullptr : weights_ + row;
        std::ptrdiff_t row_stride = x_.row_stride;
        if (runs.of.rows != nullptr) {
            pick(runs.of.rows + row, rows, n - row, packed, picked);
            x = packed, row_stride = d, y = picked, weights = picked + glm_block_rows;
        } else if (pack_) {
            for (std::ptrdiff_t j = 0; j < d; ++j)
                for (std::ptrdiff_t i = 0; i < rows; ++i) packed[i * d + j] = x[i * x_.row_stride + j * x_.column_stride];
            x = packed, row_stride = d;
        }
        GlmBlock<T> block{};
        block.loss = model_.loss, block.delta = static_cast<T>(model_.delta);
        block.x = x, block.row_stride = row_stride, block.rows = rows, block.columns = d, block.goes_on = x != packed;
        block.outputs = model_.outputs, block.y = y, block.weights = weights;
        block.coef = coef_, block.coef_stride = sizes.coef, block.intercept = coef_ + model_.outputs * sizes.coef;
        block.scores = scores == nullptr ? nullptr : scores + row, block.scores_stride = n, block.scratch = scratch;
        if (squares && curvatures_ != nullptr) block.curvatures = curvatures_ + row;
        if (squares && sizes.narrow) block.scaled = scaled + filled * sizes.scaled_stride;
        block.scaled_stride = sizes.scaled_stride;
        kernels.block(block, {s, s + 1, s + 2, s + 2 + model_.outputs});
        filled += rows;
        if (!squares || !sizes.narrow || (filled + sizes.block_rows <= sizes.chunk_rows && b + 1 < last)) continue;
        // The scaled rows are both factors: as B's panels tile_columns apart within a row, as A's strips tile_rows apart.
        const GemmBlock<T> product = {
            size, size, filled, scaled, tiles.tile_rows, 1, sizes.scaled_stride, scaled, tiles.tile_columns, sizes.scaled_stride,
            c,    size, T(1),   beta};
        split = tiles.triangle({product, true, x, 0, 0, 0});
        beta = 1;
        filled = 0;
    }
    if (index == 0) split_ = split;
    return true;
}

template <class T>
double GlmPass<T>::pass(const double* theta, const Rows& rows, T* scores, double* gradient, double* hessian) {
    const std::ptrdiff_t n = rows.rows == nullptr ? x_.rows : rows.count, d = x_.columns, outputs = model_.outputs;
    for (std::ptrdiff_t k = 0; k < outputs; ++k) {
        const double* of = theta + k * (d + 1);
        for (std::ptrdiff_t j = 0; j < sizes_.coef; ++j) coef_[k * sizes_.coef + j] = j < d ? static_cast<T>(of[j]) : T(0);
        coef_[outputs * sizes_.coef + k] = static_cast<T>(of[d]);
    }
    const std::ptrdiff_t blocks = ceiling_of(n, sizes_.block_rows);
    const Runs runs = {rows, n, blocks, std::min({blocks, ceiling_of(n, least_run), sizes_.most_runs})};
    const double elements = static_cast<double>(n) * static_cast<double>(d + 1) * static_cast<double>(outputs);
    const double work = hessian == nullptr ? elements : elements * (1 + static_cast<double>(d) / 16);
    parallel_for(runs.runs, work < worth_a_thread ? 1 : threads_,
                 [&](std::ptrdiff_t index, Team& team) { run(index, runs, team, scores, hessian != nullptr); });
    for (std::ptrdiff_t r = 1; r < runs.runs; ++r)
        for (std::ptrdiff_t i = 0; i < sizes_.sums; ++i) sums_[i] += sums_[r * sizes_.sums + i];
    const double weight = rows.rows == nullptr ? weight_ : weight_ * static_cast<double>(n) / static_cast<double>(x_.rows);
    for (std::ptrdiff_t k = 0; k < outputs; ++k) {
        for (std::ptrdiff_t j = 0; j < d; ++j) gradient[k * (d + 1) + j] = sums_[2 + outputs + k * d + j] / weight;
        gradient[k * (d + 1) + d] = sums_[2 + k] / weight;
    }
    if (hessian != nullptr) {
        if (sizes_.narrow)
            add_squares(hessian, runs.runs);
        else
            wide_squares(hessian);
    }
    return sums_[0] / weight;
}

// The runs' triangles in order, mirrored.
template <class T>
void GlmPass<T>::add_squares(double* hessian, std::ptrdiff_t runs) const {
    const std::ptrdiff_t size = x_.columns + 1, split = split_;
    std::fill(hessian, hessian + size * size, 0.0);
    for (std::ptrdiff_t r = 0; r < runs; ++r) {
        const T* c = squares_ + r * sizes_.squares;
        for (std::ptrdiff_t i = 0; i < size; ++i) {
            const std::ptrdiff_t to = i < split ? split : i + 1;
            for (std::ptrdiff_t j = i < split ? i : 0; j < to; ++j) hessian[i * size + j] += static_cast<double>(c[i * size + j]);
        }
    }
    for (std::ptrdiff_t i = 0; i < size; ++i) {
        const std::ptrdiff_t to = i < split ? split : i + 1;
        for (std::ptrdiff_t j = i < split ? i : 0; j < to; ++j) hessian[j * size + i] = hessian[i * size + j] /= weight_;
    }
}

template <class T>
void GlmPass<T>::wide_squares(double* hessian) const {
    const std::ptrdiff_t n = x_.rows, d = x_.columns, size = d + 1;
    const T one = 1;
    const VectorView<const T> weights = {curvatures_, n, 1};
    T* const c = curvatures_ + n;
    T* const border = c + d * d;
    gram<T>(x_, &weights, {&one, n, 1, 0, 1}, c, border, threads_);
    for (std::ptrdiff_t i = 0; i < d; ++i) {
        for (std::ptrdiff_t j = 0; j < d; ++j) hessian[i * size + j] = static_cast<double>(c[i * d + j]) / weight_;
        hessian[i * size + d] = hessian[d * size + i] = static_cast<double>(border[i]) / weight_;
    }
    hessian[d * size + d] = sums_[1] / weight_;
}

template <class T>
double GlmPass<T>::line(const T* from, const T* to, double t, double* slope) {
    const GlmKernels& kernels = active(glm_kernels_by_level);
    const std::ptrdiff_t n = x_.rows, pieces = ceiling_of(n, glm_line_rows);
    Workspace workspace(static_cast<std::size_t>(2 * pieces) * sizeof(double));
    double* sums = workspace.take<double>(static_cast<std::size_t>(2 * pieces));
    // A row takes about 2 ns: as an element of a pass times 16.
    parallel_for(pieces, 16 * static_cast<double>(n) < worth_a_thread ? 1 : threads_, [&](std::ptrdiff_t p) {
        const std::ptrdiff_t row = p * glm_line_rows;
        kernels.line(GlmLine<T>{model_.loss, static_cast<T>(model_.delta), static_cast<T>(t), from + row, to + row, y_ + row,
                                weights_ == nullptr ? nullptr : weights_ + row, std::min(glm_line_rows, n - row)},
                     sums + 2 * p, sums + 2 * p + 1);
    });
    for (std::ptrdiff_t p = 1; p < pieces; ++p) sums[0] += sums[2 * p], sums[1] += sums[2 * p + 1];
    *slope = sums[1] / weight_;
    return sums[0] / weight_;
}

template class GlmPass<double>;
template class GlmPass<float>;

}  // namespace mlmath
