// SPDX-License-Identifier: BSD-3-Clause
// adam of one row. Compiled once per level.
#include "kernels/optim/adam/adam_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void adam_of_row(const ParameterRow<T>& row, const AdamCoefficients<T>& coefficients) {
    const AdamCoefficients<T> c = coefficients;  // a copy no store can alias: stays in registers
    // Two of the paper's three divisions become products with c.move and c.root_scale. rest2 g g is multiplied from the left, where
    // it overflows latest.
    apply_to_row<2>(row, [c](auto& x, auto g, auto& m, auto& v) __attribute__((always_inline)) {
        m = drop_denormal<T>(c.beta1 * m + c.rest1 * g);
        v = c.beta2 * v + c.rest2 * g * g;
        x = c.keep * x - c.move * (m / (root<T>(v) * c.root_scale + c.epsilon));
    });
}

}  // namespace

extern const AdamKernels adam_kernels;
const AdamKernels adam_kernels = {adam_of_row<double>, adam_of_row<float>};

}  // namespace mlmath::MLMATH_LEVEL
