// SPDX-License-Identifier: BSD-3-Clause
// multinomial: packing of blocks, sums in a fixed order, threads.
#include "kernels/linear_model/multinomial/multinomial_pass.hpp"

#include <algorithm>
#include <string>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(MultinomialKernels, multinomial_kernels);

namespace multinomial {
namespace {

std::ptrdiff_t whole(std::ptrdiff_t n) { return (n + 7) / 8 * 8; }

// Constraint: sums over rows are folded once per block, which costs as much as 8 rows; scratch and a tile of columns should stay
//   in L1, a block in L2. Arithmetic: 256 rows make the fold 3 %; of 64 columns they take 128 KiB, and 10 classes twice 20 KiB.
// Decision: 128 KiB by the larger of columns and classes, 64 to 256 rows; blocks of equal size.
std::ptrdiff_t rows_of_block(std::ptrdiff_t n, std::ptrdiff_t columns, std::ptrdiff_t classes) {
    const std::ptrdiff_t fit = std::clamp<std::ptrdiff_t>(16384 / std::max(columns, classes) / 8 * 8, 64, 256);
    const std::ptrdiff_t blocks = (n + fit - 1) / fit;
    return whole((n + blocks - 1) / blocks);
}

// Constraint: packing costs about as much as 4 classes' arithmetic, a copy of X its memory. Decision: kept up to 64 MiB.
constexpr std::ptrdiff_t most_kept = (std::ptrdiff_t{64} << 20) / 8;

// Constraint: sums must not depend on the threads, so each run of blocks has sums of its own, added in order at the end.
// Decision: 64 runs, fewer when their sums exceed 32 MiB, never fewer than 4. By the shapes alone.
std::ptrdiff_t runs_of(std::ptrdiff_t blocks, std::ptrdiff_t size) {
    return std::min(blocks, std::clamp<std::ptrdiff_t>((std::ptrdiff_t{32} << 20) / (8 * size), 4, 64));
}

// Constraint: handing work over costs about a microsecond. Decision: a second thread from 2 10^5 FMAs on, about 10 us.
constexpr double work_worth_a_thread = 2e5;

}  // namespace

Layout::Layout(std::ptrdiff_t rows, std::ptrdiff_t features, std::ptrdiff_t k, bool intercept)
    : n(rows),
      d(features),
      classes(k),
      columns(features + (intercept ? 1 : 0)),
      row_stride(whole(columns)),
      parameters(k * row_stride),
      full_stride(whole(k * columns)),
      block_rows(rows_of_block(n, std::max<std::ptrdiff_t>(columns, 1), k)),
      blocks((n + block_rows - 1) / block_rows),
      keeps_x(blocks * block_rows * columns <= most_kept) {}

std::ptrdiff_t Layout::curvature_size(MultinomialCurvature curvature) const {
    if (curvature == MultinomialCurvature::none) return 0;
    if (curvature == MultinomialCurvature::diagonal) return parameters;
    return curvature == MultinomialCurvature::blocks ? parameters * columns : classes * columns * full_stride;
}

template <class T>
Pass<T>::Pass(const LabelledData<T>& data, const Layout& layout, double l2, int threads, MultinomialCurvature most)
    : data_(data), layout_(layout), kernels_(active(multinomial_kernels_by_level)), l2_(l2), threads_(std::max(threads, 1)) {
    double total = static_cast<double>(layout.n);
    if (data.weights.data != nullptr) {
        total = 0;
        for (std::ptrdiff_t i = 0; i < layout.n; ++i) total += static_cast<double>(data.weights.data[i * data.weights.stride]);
        if (total <= 0) invalid_argument("multinomial_fit", "sample_weight must have a positive sum, got " + std::to_string(total));
    }
    inverse_total_ = 1 / total;
    const std::ptrdiff_t rows = layout.block_rows;
    const std::ptrdiff_t gradient_size = 8 + layout.parameters;
    sums_size_ = gradient_size + layout.curvature_size(most);
    runs_gradient_ = runs_of(layout.blocks, gradient_size);
    runs_curvature_ = runs_of(layout.blocks, sums_size_);
    panel_size_ = rows * (layout.columns + 2);
    scratch_size_ = rows * (2 * layout.classes + 4) + (layout.keeps_x ? 0 : panel_size_);
    threads_ = static_cast<int>(std::min<std::ptrdiff_t>(threads_, layout.blocks));
    const std::ptrdiff_t panels = layout.keeps_x ? layout.blocks * panel_size_ : 0;
    const std::ptrdiff_t sums = std::max(runs_gradient_ * gradient_size, runs_curvature_ * sums_size_);
    memory_ = std::make_unique<Workspace>(static_cast<std::size_t>(panels + sums + threads_ * scratch_size_) * 8);
    panels_ = reinterpret_cast<double*>(memory_->data());
    sums_ = panels_ + panels;
    scratch_ = sums_ + sums;
}

// A block's panel, labels and weights (multinomial_block.hpp).
template <class T>
void Pass<T>::pack(std::ptrdiff_t block, double* x, double* label, double* weight) const {
    const std::ptrdiff_t stride = layout_.block_rows, first = block * stride, rows = std::min(stride, layout_.n - first);
    const MatrixView<const T>& from = data_.x;
    for (std::ptrdiff_t i0 = 0; i0 < stride; i0 += 8) {  // 8 rows: what is written is a line at a time
        const std::ptrdiff_t count = std::clamp<std::ptrdiff_t>(rows - i0, 0, 8);
        const T* source = from.data + (first + i0) * from.row_stride;
        for (std::ptrdiff_t j = 0; j < layout_.d; ++j) {
            double* to = x + j * stride + i0;
            for (std::ptrdiff_t i = 0; i < count; ++i)
                to[i] = static_cast<double>(source[i * from.row_stride + j * from.column_stride]);
            for (std::ptrdiff_t i = count; i < 8; ++i) to[i] = 0;
        }
    }
    for (std::ptrdiff_t i = 0; i < stride; ++i) {
        const bool here = i < rows;
        if (layout_.columns > layout_.d) x[layout_.d * stride + i] = here ? 1 : 0;
        label[i] = here ? static_cast<double>(data_.labels[first + i]) : 0;
        const double s = !here ? 0
                         : data_.weights.data == nullptr
                             ? 1
                             : static_cast<double>(data_.weights.data[(first + i) * data_.weights.stride]);
        weight[i] = s * inverse_total_;
    }
}

template <class T>
Value Pass<T>::at(const double* theta, double* gradient, MultinomialCurvature curvature, double* hessian) {
    const Layout& l = layout_;
    const bool curved = curvature != MultinomialCurvature::none;
    const std::ptrdiff_t runs = curved ? runs_curvature_ : runs_gradient_, hessian_size = l.curvature_size(curvature);
    const std::ptrdiff_t size = 8 + l.parameters + hessian_size, rows = l.block_rows;
    const double products = static_cast<double>(l.n * l.columns) * static_cast<double>(l.classes);
    const double work = curvature == MultinomialCurvature::blocks || curvature == MultinomialCurvature::full
                            ? products * static_cast<double>(l.columns)
                            : 2 * products;
    parallel_for(runs, work < work_worth_a_thread ? 1 : threads_, [&](std::ptrdiff_t run, Team& team) {
        double* sums = sums_ + run * size;
        std::fill(sums, sums + size, 0.0);
        sums[1] = -1.7976931348623157e308;
        double* own = scratch_ + team.rank() * scratch_size_;
        for (std::ptrdiff_t b = run * l.blocks / runs; b < (run + 1) * l.blocks / runs; ++b) {
            if (team.poll()) return;
            double* panel = l.keeps_x ? panels_ + b * panel_size_ : own + rows * (2 * l.classes + 4);
            double *label = panel + rows * l.columns, *weight = label + rows;
            if (!(l.keeps_x && packed_)) pack(b, panel, label, weight);
            kernels_.block({rows, l.columns, l.classes, panel, label, weight, theta, l.row_stride, own, own + rows * l.classes,
                            own + 2 * rows * l.classes},
                           {sums, sums + 1, sums + 8, curvature, sums + 8 + l.parameters, l.full_stride});
        }
    });
    packed_ = true;
    for (std::ptrdiff_t run = 1; run < runs; ++run) {
        const double* other = sums_ + run * size;
        sums_[0] += other[0];
        sums_[1] = std::max(sums_[1], other[1]);
        kernels_.axpy(1, other + 8, sums_ + 8, size - 8);
    }
    std::copy(sums_ + 8, sums_ + 8 + l.parameters, gradient);
    if (curved) std::copy(sums_ + 8 + l.parameters, sums_ + size, hessian);
    double squares = 0;
    for (std::ptrdiff_t k = 0; k < l.classes; ++k)
        for (std::ptrdiff_t j = 0; j < l.d; ++j) {
            const std::ptrdiff_t at = k * l.row_stride + j;
            squares += theta[at] * theta[at];
            gradient[at] += l2_ * theta[at];
            if (curvature == MultinomialCurvature::diagonal) hessian[at] += l2_;
            if (curvature == MultinomialCurvature::blocks) hessian[(k * l.columns + j) * l.row_stride + j] += l2_;
            if (curvature == MultinomialCurvature::full) hessian[(k * l.columns + j) * (l.full_stride + 1)] += l2_;
        }
    return {sums_[0] + l2_ / 2 * squares, sums_[1]};
}

template class Pass<double>;
template class Pass<float>;

}  // namespace multinomial
}  // namespace mlmath
