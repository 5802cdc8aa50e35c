// SPDX-License-Identifier: BSD-3-Clause
// rmsprop of one row. Compiled once per level.
#include "kernels/optim/rmsprop/rmsprop_row.hpp"
#include "kernels/optim/update_rule.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T, class V>
MLMATH_INLINE V deviation(const RMSpropCoefficients<T>& c, V g, V s, V& mean) {
    mean = drop_denormal<T>(c.alpha * mean + c.rest * g);
    return not_below_zero<T>(s - mean * mean);
}

template <bool Plain, class T>
void rmsprop(const ParameterRow<T>& row, const RMSpropCoefficients<T>& coefficients) {
    const auto c = coefficients;  // a copy no store can alias
    apply_to_row<1>(row, [c](auto& x, auto g, auto& s, auto&, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        s = c.alpha * s + c.rest * g * g;
        x = x - c.rate * (g / (root<T>(s) + c.epsilon));
    });
}

template <bool Plain, class T>
void momentum(const ParameterRow<T>& row, const RMSpropCoefficients<T>& coefficients) {
    const auto c = coefficients;  // a copy no store can alias
    apply_to_row<2>(row, [c](auto& x, auto g, auto& s, auto& u, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        s = c.alpha * s + c.rest * g * g;
        u = drop_denormal<T>(c.momentum * u + g / (root<T>(s) + c.epsilon));
        x = x - c.rate * u;
    });
}

template <bool Plain, class T>
void centred(const ParameterRow<T>& row, const RMSpropCoefficients<T>& coefficients) {
    const auto c = coefficients;  // a copy no store can alias
    apply_to_row<2>(row, [c](auto& x, auto g, auto& s, auto& mean, auto&) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        s = c.alpha * s + c.rest * g * g;
        x = x - c.rate * (g / (root<T>(deviation(c, g, s, mean)) + c.epsilon));
    });
}

template <bool Plain, class T>
void centred_momentum(const ParameterRow<T>& row, const RMSpropCoefficients<T>& coefficients) {
    const auto c = coefficients;  // a copy no store can alias
    apply_to_row<3>(row, [c](auto& x, auto g, auto& s, auto& mean, auto& u) __attribute__((always_inline)) {
        g = prepared<Plain>(c.gradient, g, x);
        s = c.alpha * s + c.rest * g * g;
        u = drop_denormal<T>(c.momentum * u + g / (root<T>(deviation(c, g, s, mean)) + c.epsilon));
        x = x - c.rate * u;
    });
}

}  // namespace

extern const RMSpropKernels rmsprop_kernels;
const RMSpropKernels rmsprop_kernels = {{{rmsprop<false, double>, rmsprop<true, double>},
                                         {momentum<false, double>, momentum<true, double>},
                                         {centred<false, double>, centred<true, double>},
                                         {centred_momentum<false, double>, centred_momentum<true, double>}},
                                        {{rmsprop<false, float>, rmsprop<true, float>},
                                         {momentum<false, float>, momentum<true, float>},
                                         {centred<false, float>, centred<true, float>},
                                         {centred_momentum<false, float>, centred_momentum<true, float>}}};

}  // namespace mlmath::MLMATH_LEVEL
