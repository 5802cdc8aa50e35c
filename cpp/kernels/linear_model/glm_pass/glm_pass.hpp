// SPDX-License-Identifier: BSD-3-Clause
// glm_pass: loss, gradient and X^T W X of a linear model in one pass over X. Contract.
#pragma once
#include <cstddef>

#include "core/view.hpp"
#include "core/workspace.hpp"
#include "kernels/linear_model/losses/losses.hpp"

namespace mlmath {

class Team;

/// Columns from which X^T W X is gram's (X read twice) instead of the pass's own.
constexpr std::ptrdiff_t glm_narrow = 256;

// How a pass divides its rows and its memory: functions of the shapes and the dtype alone.
struct GlmSizes {
    std::ptrdiff_t block_rows, chunk_rows, blocks, runs, sums, squares, scaled_stride, packed, coef;
    bool narrow;
    std::size_t own_bytes, bytes;
};

/// With z = X w + b, S = sum_i s_i and l, r, h of losses.hpp, at theta = (w, b) and without a penalty:
///   loss      f = (1/S) sum_i s_i l_i
///   gradient  g = (1/S) (sum_i s_i r_i x_i, sum_i s_i r_i)                        (d + 1,)
///   Hessian   H = (1/S) sum_i s_i h_i (x_i, 1) (x_i, 1)^T                         (d + 1, d + 1), symmetric to the last bit
/// The object keeps the packed targets and the scratch, so that a pass allocates nothing.
///
/// Shapes    x: (n, d), n >= 1, any strides; y: (n,); weights: (n,) >= 0 or data == nullptr.
/// Result    the same bits for any threads and strides, and on every level that has FMA; gradient() and hessian() agree in f and g.
/// Error     scores: sums of d products in 64 bytes of lanes; blocks of at most 128 rows are summed in T, their sums in double.
///           H: runs of rows (at least 1024) are summed in T, at most 128 rows at a time, the runs in double.
/// Numbers   NaN and infinity propagate into f and the gradient.
/// Cost      gradient 4nd flops, x read once; hessian n d^2 more, x read once for d < glm_narrow (else twice: gram).
/// Failure   std::invalid_argument (weights without a positive sum); std::bad_alloc; Interrupted.
template <class T>
class GlmPass {
public:
    GlmPass(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> weights, LinearLoss loss, double delta, int threads,
            bool second_order);  // whether hessian() will be called

    std::ptrdiff_t rows() const { return x_.rows; }
    std::ptrdiff_t columns() const { return x_.columns; }
    double weight() const { return weight_; }
    int threads() const { return threads_; }
    double delta() const { return static_cast<double>(delta_); }
    LinearLoss loss() const { return loss_; }
    const T* targets() const { return y_; }
    const T* weights() const { return weights_; }  // null: ones

    /// scores: n elements, written. Returns f.
    double gradient(const double* theta, T* scores, double* gradient) { return pass(theta, scores, gradient, nullptr); }
    double hessian(const double* theta, T* scores, double* gradient, double* hessian) {
        return pass(theta, scores, gradient, hessian);
    }
    /// f and its derivative along z(t) = from + t (to - from): n elements read three times, X not at all.
    double line(const T* from, const T* to, double t, double* slope);

private:
    double pass(const double* theta, T* scores, double* gradient, double* hessian);
    bool run(std::ptrdiff_t index, Team& team, T* scores, bool squares);
    void add_squares(double* hessian) const;
    void wide_squares(double* hessian) const;

    MatrixView<const T> x_;
    LinearLoss loss_;
    T delta_;
    int threads_;
    GlmSizes sizes_;
    Workspace memory_;
    T *y_, *weights_, *coef_, *curvatures_, *squares_;
    double* sums_;
    std::byte* own_;
    std::ptrdiff_t split_ = 0;  // see GemmKernels::triangle
    double weight_ = 0;
};

}  // namespace mlmath
