// SPDX-License-Identifier: BSD-3-Clause
// gradient_descent of one row: three rules. Compiled once per level.
#include "kernels/optim/gradient_descent/gradient_descent_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <bool Plain, class T>
void plain(const ParameterRow<T>& row, const GradientDescentCoefficients<T>& coefficients) {
    const auto c = coefficients;
    apply_to_row<0>(row, [c](auto& x, auto g, auto&, auto&, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        x = x - c.rate * g;
    });
}

template <bool Plain, class T>
void heavy_ball(const ParameterRow<T>& row, const GradientDescentCoefficients<T>& coefficients) {
    const auto c = coefficients;
    apply_to_row<1>(row, [c](auto& x, auto g, auto& u, auto&, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        u = drop_denormal<T>(c.momentum * u + c.fresh * g);
        x = x - c.rate * u;
    });
}

template <bool Plain, class T>
void nesterov(const ParameterRow<T>& row, const GradientDescentCoefficients<T>& coefficients) {
    const auto c = coefficients;
    apply_to_row<1>(row, [c](auto& x, auto g, auto& u, auto&, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        u = drop_denormal<T>(c.momentum * u + c.fresh * g);
        x = x - c.rate * (g + c.momentum * u);
    });
}

}  // namespace

extern const GradientDescentKernels gradient_descent_kernels;
const GradientDescentKernels gradient_descent_kernels = {{{plain<false, double>, plain<true, double>},
                                                          {heavy_ball<false, double>, heavy_ball<true, double>},
                                                          {nesterov<false, double>, nesterov<true, double>}},
                                                         {{plain<false, float>, plain<true, float>},
                                                          {heavy_ball<false, float>, heavy_ball<true, float>},
                                                          {nesterov<false, float>, nesterov<true, float>}}};

}  // namespace mlmath::MLMATH_LEVEL
