// SPDX-License-Identifier: BSD-3-Clause
// rmsprop: checks, coefficients, dispatch, threads.
#include "kernels/optim/rmsprop/rmsprop.hpp"

#include "kernels/optim/rmsprop/rmsprop_row.hpp"
#include "kernels/optim/update_checks.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(RMSpropKernels, rmsprop_kernels);

namespace {
const auto& rows_of(const RMSpropKernels& k, double) { return k.f64; }
const auto& rows_of(const RMSpropKernels& k, float) { return k.f32; }
}  // namespace

template <class T>
void rmsprop_step(const RMSpropParameters& p, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads) {
    constexpr const char* function = "rmsprop_step";
    check_non_negative(function, "learning_rate", p.learning_rate);
    check_non_negative(function, "weight_decay", p.gradient.decay);
    check_fraction(function, "alpha", p.alpha);
    check_fraction(function, "momentum", p.momentum);
    check_non_negative(function, "epsilon", p.epsilon);
    const RMSpropRule rule =
        p.centred ? (p.momentum != 0 ? centred_momentum_rule : centred_rule) : (p.momentum != 0 ? momentum_rule : rmsprop_rule);
    const RMSpropCoefficients<T> c = {static_cast<T>(p.learning_rate), static_cast<T>(p.alpha),
                                      static_cast<T>(1 - p.alpha),     static_cast<T>(p.epsilon),
                                      static_cast<T>(p.momentum),      gradient_coefficients<T>(p.gradient)};
    const RMSpropRow<T> row_kernel = rows_of(active(rmsprop_kernels_by_level), T())[rule][p.gradient.plain()];
    for_each_row(function, blocks, count, threads, [&](const ParameterRow<T>& row) { row_kernel(row, c); });
}

template void rmsprop_step(const RMSpropParameters&, const ParameterBlock<double>*, std::ptrdiff_t, int);
template void rmsprop_step(const RMSpropParameters&, const ParameterBlock<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
