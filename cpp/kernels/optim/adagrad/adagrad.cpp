// SPDX-License-Identifier: BSD-3-Clause
// adagrad: checks, coefficients, dispatch, threads.
#include "kernels/optim/adagrad/adagrad.hpp"

#include "kernels/optim/adagrad/adagrad_row.hpp"
#include "kernels/optim/update_checks.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(AdagradKernels, adagrad_kernels);

namespace {
const auto& rows_of(const AdagradKernels& k, double) { return k.f64; }
const auto& rows_of(const AdagradKernels& k, float) { return k.f32; }
}  // namespace

template <class T>
void adagrad_step(const AdagradParameters& p, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads) {
    constexpr const char* function = "adagrad_step";
    check_non_negative(function, "learning_rate", p.learning_rate);
    check_non_negative(function, "weight_decay", p.gradient.decay);
    check_non_negative(function, "lr_decay", p.learning_rate_decay);
    check_non_negative(function, "epsilon", p.epsilon);
    check_positive(function, "step", static_cast<double>(p.step));
    const double rate = p.learning_rate / (1 + static_cast<double>(p.step - 1) * p.learning_rate_decay);
    const AdagradCoefficients<T> c = {static_cast<T>(rate), static_cast<T>(p.epsilon), gradient_coefficients<T>(p.gradient)};
    const AdagradRow<T> row_kernel = rows_of(active(adagrad_kernels_by_level), T())[p.gradient.plain()];
    for_each_row(function, blocks, count, threads, [&](const ParameterRow<T>& row) { row_kernel(row, c); });
}

template void adagrad_step(const AdagradParameters&, const ParameterBlock<double>*, std::ptrdiff_t, int);
template void adagrad_step(const AdagradParameters&, const ParameterBlock<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
