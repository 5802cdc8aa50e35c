// SPDX-License-Identifier: BSD-3-Clause
// adam of one row: four rules. Compiled once per level.
#include "kernels/optim/adam/adam_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Both moments. rest2 g g is multiplied from the left, where it overflows latest.
template <class T, class V>
MLMATH_INLINE void moments(const AdamCoefficients<T>& c, V g, V& m, V& v) {
    m = drop_denormal<T>(c.beta1 * m + c.rest1 * g);
    v = c.beta2 * v + c.rest2 * g * g;
}

// `c` is a copy no store can alias: it stays in registers. Two of the paper's three divisions are products with c.move,
// c.root_scale.
template <bool Plain, class T>
void adam(const ParameterRow<T>& row, const AdamCoefficients<T>& coefficients) {
    const AdamCoefficients<T> c = coefficients;
    apply_to_row<2>(row, [c](auto& x, auto g, auto& m, auto& v, auto&) __attribute__((always_inline)) {
        moments(c, prepared<Plain>(c.gradient, g, x), m, v);
        x = c.keep * x - c.move * (m / (root<T>(v) * c.root_scale + c.epsilon));
    });
}

template <bool Plain, class T>
void amsgrad(const ParameterRow<T>& row, const AdamCoefficients<T>& coefficients) {
    const AdamCoefficients<T> c = coefficients;
    apply_to_row<3>(row, [c](auto& x, auto g, auto& m, auto& v, auto& w) __attribute__((always_inline)) {
        moments(c, prepared<Plain>(c.gradient, g, x), m, v);
        w = larger<T>(w, v);
        x = c.keep * x - c.move * (m / (root<T>(w) * c.root_scale + c.epsilon));
    });
}

template <bool Plain, class T>
void nadam(const ParameterRow<T>& row, const AdamCoefficients<T>& coefficients) {
    const AdamCoefficients<T> c = coefficients;
    apply_to_row<2>(row, [c](auto& x, auto g, auto& m, auto& v, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        moments(c, g, m, v);
        x = c.keep * x - (c.gradient_move * g + c.move * m) / (root<T>(v) * c.root_scale + c.epsilon);
    });
}

template <bool Plain, class T>
void unrectified(const ParameterRow<T>& row, const AdamCoefficients<T>& coefficients) {
    const AdamCoefficients<T> c = coefficients;
    apply_to_row<2>(row, [c](auto& x, auto g, auto& m, auto& v, auto&) __attribute__((always_inline)) {
        moments(c, prepared<Plain>(c.gradient, g, x), m, v);
        x = c.keep * x - c.move * m;
    });
}

}  // namespace

extern const AdamKernels adam_kernels;
const AdamKernels adam_kernels = {{{adam<false, double>, adam<true, double>},
                                   {amsgrad<false, double>, amsgrad<true, double>},
                                   {nadam<false, double>, nadam<true, double>},
                                   {unrectified<false, double>, unrectified<true, double>}},
                                  {{adam<false, float>, adam<true, float>},
                                   {amsgrad<false, float>, amsgrad<true, float>},
                                   {nadam<false, float>, nadam<true, float>},
                                   {unrectified<false, float>, unrectified<true, float>}}};

}  // namespace mlmath::MLMATH_LEVEL
