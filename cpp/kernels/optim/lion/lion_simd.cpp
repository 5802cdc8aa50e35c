// SPDX-License-Identifier: BSD-3-Clause
// lion of one row. Compiled once per level.
#include "kernels/optim/lion/lion_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <bool Plain, class T>
void lion(const ParameterRow<T>& row, const LionCoefficients<T>& coefficients) {
    const auto c = coefficients;  // a copy no store can alias
    apply_to_row<1>(row, [c](auto& x, auto g, auto& m, auto&, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        x = c.keep * x - c.rate * sign_of<T>(c.beta1 * m + c.rest1 * g);
        m = drop_denormal<T>(c.beta2 * m + c.rest2 * g);
    });
}

}  // namespace

extern const LionKernels lion_kernels;
const LionKernels lion_kernels = {{lion<false, double>, lion<true, double>}, {lion<false, float>, lion<true, float>}};

}  // namespace mlmath::MLMATH_LEVEL
