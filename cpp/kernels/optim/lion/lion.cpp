// SPDX-License-Identifier: BSD-3-Clause
// lion: checks, coefficients, dispatch, threads.
#include "kernels/optim/lion/lion.hpp"

#include "kernels/optim/lion/lion_row.hpp"
#include "kernels/optim/update_checks.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LionKernels, lion_kernels);

namespace {
const auto& rows_of(const LionKernels& k, double) { return k.f64; }
const auto& rows_of(const LionKernels& k, float) { return k.f32; }
}  // namespace

template <class T>
void lion_step(const LionParameters& p, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads) {
    constexpr const char* function = "lion_step";
    check_non_negative(function, "learning_rate", p.learning_rate);
    check_non_negative(function, "weight_decay", p.gradient.decay);
    check_fraction(function, "beta1", p.beta1);
    check_fraction(function, "beta2", p.beta2);
    check_non_negative(function, "weight_decay", p.weight_decay);
    const LionCoefficients<T> c = {static_cast<T>(1 - p.learning_rate * p.weight_decay),
                                   static_cast<T>(p.learning_rate),
                                   static_cast<T>(p.beta1),
                                   static_cast<T>(1 - p.beta1),
                                   static_cast<T>(p.beta2),
                                   static_cast<T>(1 - p.beta2),
                                   gradient_coefficients<T>(p.gradient)};
    const LionRow<T> row_kernel = rows_of(active(lion_kernels_by_level), T())[p.gradient.plain()];
    for_each_row(function, blocks, count, threads, [&](const ParameterRow<T>& row) { row_kernel(row, c); });
}

template void lion_step(const LionParameters&, const ParameterBlock<double>*, std::ptrdiff_t, int);
template void lion_step(const LionParameters&, const ParameterBlock<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
