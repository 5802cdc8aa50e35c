// SPDX-License-Identifier: BSD-3-Clause
// gradient_descent of one row: three rules. Compiled once per level.
#include "kernels/optim/gradient_descent/gradient_descent_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void plain(const ParameterRow<T>& row, const GradientDescentCoefficients<T>& coefficients) {
    const auto c = coefficients;
    apply_to_row<0>(row, [c](auto& x, auto g, auto&, auto&) __attribute__((always_inline)) { x = x - c.rate * g; });
}

template <class T>
void heavy_ball(const ParameterRow<T>& row, const GradientDescentCoefficients<T>& coefficients) {
    const auto c = coefficients;
    apply_to_row<1>(row, [c](auto& x, auto g, auto& u, auto&) __attribute__((always_inline)) {
        u = drop_denormal<T>(c.momentum * u + g);
        x = x - c.rate * u;
    });
}

template <class T>
void nesterov(const ParameterRow<T>& row, const GradientDescentCoefficients<T>& coefficients) {
    const auto c = coefficients;
    apply_to_row<1>(row, [c](auto& x, auto g, auto& u, auto&) __attribute__((always_inline)) {
        u = drop_denormal<T>(c.momentum * u + g);
        x = x - c.rate * (g + c.momentum * u);
    });
}

}  // namespace

extern const GradientDescentKernels gradient_descent_kernels;
const GradientDescentKernels gradient_descent_kernels = {{plain<double>, heavy_ball<double>, nesterov<double>},
                                                         {plain<float>, heavy_ball<float>, nesterov<float>}};

}  // namespace mlmath::MLMATH_LEVEL
