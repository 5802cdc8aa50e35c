// SPDX-License-Identifier: BSD-3-Clause
// multinomial: the objective with its gradient and curvature at a point, over all rows, in a fixed order. The fits' only view of X.
#pragma once
#include <memory>

#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/multinomial/multinomial_block.hpp"

namespace mlmath::multinomial {

/// Sizes that follow from the shapes alone.
struct Layout {
    std::ptrdiff_t n, d, classes, columns;  // columns: d, and one of ones for the intercept
    std::ptrdiff_t row_stride;              // columns, rounded up to whole registers
    std::ptrdiff_t parameters;              // classes * row_stride: a point as the passes keep it, padding 0
    std::ptrdiff_t full_stride;             // classes * columns, rounded up
    std::ptrdiff_t block_rows, blocks;
    bool keeps_x;  // panels of all blocks are kept

    Layout(std::ptrdiff_t rows, std::ptrdiff_t features, std::ptrdiff_t k, bool intercept);
    std::ptrdiff_t curvature_size(MultinomialCurvature curvature) const;
};

struct Value {
    double objective;
    double shortfall;  // negative: every row is on its own side
};

template <class T>
class Pass {
public:
    /// `most`: the largest curvature that will be asked for.
    Pass(const LabelledData<T>& data, const Layout& layout, double l2, int threads, MultinomialCurvature most);

    /// f and its gradient at theta (layout.parameters), and with `curvature` the Hessian's parts, penalty included, as
    /// MultinomialSums lays them out.
    Value at(const double* theta, double* gradient, MultinomialCurvature curvature, double* hessian);

    const MultinomialKernels& kernels() const { return kernels_; }

private:
    void pack(std::ptrdiff_t block, double* x, double* label, double* weight) const;

    const LabelledData<T>& data_;
    const Layout& layout_;
    const MultinomialKernels& kernels_;
    double l2_, inverse_total_;
    int threads_;
    bool packed_ = false;
    std::ptrdiff_t runs_gradient_, runs_curvature_, sums_size_, panel_size_, scratch_size_;
    std::unique_ptr<Workspace> memory_;
    double *panels_, *sums_, *scratch_;
};

}  // namespace mlmath::multinomial
