// SPDX-License-Identifier: BSD-3-Clause
// adadelta of one row. Compiled once per level.
#include "kernels/optim/adadelta/adadelta_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <bool Plain, class T>
void adadelta(const ParameterRow<T>& row, const AdadeltaCoefficients<T>& coefficients) {
    const auto c = coefficients;  // a copy no store can alias
    apply_to_row<2>(row, [c](auto& x, auto g, auto& s, auto& d, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        s = c.rho * s + c.rest * g * g;
        const auto move = g * (root<T>(d + c.epsilon) / root<T>(s + c.epsilon));
        d = c.rho * d + c.rest * move * move;
        x = x - c.rate * move;
    });
}

}  // namespace

extern const AdadeltaKernels adadelta_kernels;
const AdadeltaKernels adadelta_kernels = {{adadelta<false, double>, adadelta<true, double>},
                                          {adadelta<false, float>, adadelta<true, float>}};

}  // namespace mlmath::MLMATH_LEVEL
