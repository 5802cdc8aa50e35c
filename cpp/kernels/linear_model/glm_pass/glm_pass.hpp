// SPDX-License-Identifier: BSD-3-Clause
// glm_pass: loss, gradient and X^T W X of a linear model in one pass over X. Contract.
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/view.hpp"
#include "core/workspace.hpp"
#include "kernels/linear_model/losses.hpp"

namespace mlmath {

class Team;

/// Columns from which X^T W X is gram's (X read twice) instead of the pass's own.
constexpr std::ptrdiff_t glm_narrow = 256;

struct GlmModel {
    LinearLoss loss;
    double delta = 1.35;         // huber's
    std::ptrdiff_t outputs = 1;  // scores a row: multinomial's K >= 2 classes, else 1
};

struct GlmUse {
    int threads = 1;
    bool hessian = false, rows = false;  // whether hessian() and gradient_of_rows() will be called
};

// How a pass divides its rows and its memory: functions of the shapes and the dtype alone.
struct GlmSizes {
    std::ptrdiff_t block_rows, chunk_rows, most_runs, sums, squares, scaled_stride, packed, scratch, picked, coef;
    bool narrow;
    std::size_t own_bytes, bytes;
};

/// With K outputs (1; multinomial: the classes), z_k = X w_k + b_k, S = sum_i s_i and l, r, h of losses.hpp, at theta = (w_k,
/// b_k)_k and without a penalty:
///   loss      f = (1/S) sum_i s_i l_i
///   gradient  g_k = (1/S) (sum_i s_i r_ik x_i, sum_i s_i r_ik)                    (K, d + 1)
///   Hessian   H = (1/S) sum_i s_i h_i (x_i, 1) (x_i, 1)^T                         (d + 1, d + 1), symmetric to the last bit; K = 1
///   only
/// The object keeps the packed targets and the scratch, so that a pass allocates nothing.
///
/// Shapes    x: (n, d), n >= 1, any strides; y: (n,), multinomial: class numbers 0 to K - 1; weights: (n,) >= 0 or data == nullptr.
/// Result    the same bits for any threads and strides, and on every level with FMA; gradient() and hessian() agree in f and g.
/// Error     scores: sums of d products in 64 bytes of lanes; blocks of at most 128 rows are summed in T, their sums in double.
///           H: runs of rows (at least 1024) are summed in T, at most 128 rows at a time, the runs in double.
/// Numbers   NaN and infinity propagate into f and the gradient.
/// Cost      gradient 4ndK flops, x read once; hessian n d^2 more, x read once for d < glm_narrow (else twice: gram).
/// Failure   std::invalid_argument (weights without a positive sum; class numbers); std::bad_alloc; Interrupted.
template <class T>
class GlmPass {
public:
    GlmPass(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> weights, const GlmModel& model, const GlmUse& use);

    std::ptrdiff_t rows() const { return x_.rows; }
    std::ptrdiff_t columns() const { return x_.columns; }
    std::ptrdiff_t outputs() const { return model_.outputs; }
    double weight() const { return weight_; }
    int threads() const { return threads_; }
    const GlmModel& model() const { return model_; }
    const T* targets() const { return y_; }
    const T* weights() const { return weights_; }  // null: ones

    /// scores: (K, n), written; null: not wanted. Returns f.
    double gradient(const double* theta, T* scores, double* gradient) { return pass(theta, {}, scores, gradient, nullptr); }
    double hessian(const double* theta, T* scores, double* gradient, double* hessian) {
        return pass(theta, {}, scores, gradient, hessian);
    }
    /// f and its gradient over `count` >= 1 of the rows, those that `rows` names: (n/(S count)) sum_{i in rows} s_i ..., so that
    /// for rows drawn at random both have the expectation of all rows'.
    double gradient_of_rows(const double* theta, const std::int32_t* rows, std::ptrdiff_t count, double* gradient) {
        return pass(theta, {rows, count}, nullptr, gradient, nullptr);
    }
    /// f and its derivative along z(t) = from + t (to - from): n elements read three times, X not at all. K = 1 only.
    double line(const T* from, const T* to, double t, double* slope);

private:
    struct Rows {  // null: all
        const std::int32_t* rows = nullptr;
        std::ptrdiff_t count = 0;
    };
    struct Runs {
        Rows of;
        std::ptrdiff_t rows, blocks, runs;
    };
    double pass(const double* theta, const Rows& rows, T* scores, double* gradient, double* hessian);
    bool run(std::ptrdiff_t index, const Runs& runs, Team& team, T* scores, bool squares);
    void pick(const std::int32_t* rows, std::ptrdiff_t count, std::ptrdiff_t left, T* packed, T* picked) const;
    void add_squares(double* hessian, std::ptrdiff_t runs) const;
    void wide_squares(double* hessian) const;

    MatrixView<const T> x_;
    GlmModel model_;
    int threads_;
    bool pack_;
    GlmSizes sizes_;
    Workspace memory_;
    T *y_, *weights_, *coef_, *curvatures_, *squares_;
    double* sums_;
    std::byte* own_;
    std::ptrdiff_t split_ = 0;  // see GemmKernels::triangle
    double weight_ = 0;
};

}  // namespace mlmath
