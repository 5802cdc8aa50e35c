// SPDX-License-Identifier: BSD-3-Clause
// adagrad of one row. Compiled once per level.
#include "kernels/optim/adagrad/adagrad_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <bool Plain, class T>
void adagrad(const ParameterRow<T>& row, const AdagradCoefficients<T>& coefficients) {
    const auto c = coefficients;  // a copy no store can alias
    apply_to_row<1>(row, [c](auto& x, auto g, auto& s, auto&, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        s = s + g * g;
        x = x - c.rate * (g / (root<T>(s) + c.epsilon));
    });
}

}  // namespace

extern const AdagradKernels adagrad_kernels;
const AdagradKernels adagrad_kernels = {{adagrad<false, double>, adagrad<true, double>},
                                        {adagrad<false, float>, adagrad<true, float>}};

}  // namespace mlmath::MLMATH_LEVEL
