// SPDX-License-Identifier: BSD-3-Clause
// gradient_descent: checks, dispatch, threads.
#include "kernels/optim/gradient_descent/gradient_descent.hpp"

#include "kernels/optim/gradient_descent/gradient_descent_row.hpp"
#include "kernels/optim/update_checks.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(GradientDescentKernels, gradient_descent_kernels);

namespace {
const auto& rows_of(const GradientDescentKernels& k, double) { return k.f64; }
const auto& rows_of(const GradientDescentKernels& k, float) { return k.f32; }
}  // namespace

template <class T>
void gradient_descent_step(const GradientDescentParameters& p, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads) {
    check_non_negative("gradient_descent_step", "learning_rate", p.learning_rate);
    check_fraction("gradient_descent_step", "momentum", p.momentum);
    if (!(p.dampening >= 0 && p.dampening <= 1))
        invalid_argument("gradient_descent_step", "dampening must be in [0, 1], got " + std::to_string(p.dampening));
    check_non_negative("gradient_descent_step", "weight_decay", p.gradient.decay);
    if (p.nesterov && p.momentum == 0) invalid_argument("gradient_descent_step", "nesterov needs momentum > 0, got 0");
    const GradientDescentRule rule = p.momentum == 0 ? plain_rule : p.nesterov ? nesterov_rule : heavy_ball_rule;
    const GradientDescentRow<T> row_kernel = rows_of(active(gradient_descent_kernels_by_level), T())[rule][p.gradient.plain()];
    const GradientDescentCoefficients<T> c = {static_cast<T>(p.learning_rate), static_cast<T>(p.momentum),
                                              static_cast<T>(1 - p.dampening), gradient_coefficients<T>(p.gradient)};
    for_each_row("gradient_descent_step", blocks, count, threads, [&](const ParameterRow<T>& row) { row_kernel(row, c); });
}

template void gradient_descent_step(const GradientDescentParameters&, const ParameterBlock<double>*, std::ptrdiff_t, int);
template void gradient_descent_step(const GradientDescentParameters&, const ParameterBlock<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
