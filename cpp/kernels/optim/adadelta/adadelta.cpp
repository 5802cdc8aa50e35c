// SPDX-License-Identifier: BSD-3-Clause
// adadelta: checks, coefficients, dispatch, threads.
#include "kernels/optim/adadelta/adadelta.hpp"

#include "kernels/optim/adadelta/adadelta_row.hpp"
#include "kernels/optim/update_checks.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(AdadeltaKernels, adadelta_kernels);

namespace {
const auto& rows_of(const AdadeltaKernels& k, double) { return k.f64; }
const auto& rows_of(const AdadeltaKernels& k, float) { return k.f32; }
}  // namespace

template <class T>
void adadelta_step(const AdadeltaParameters& p, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads) {
    constexpr const char* function = "adadelta_step";
    check_non_negative(function, "learning_rate", p.learning_rate);
    check_non_negative(function, "weight_decay", p.gradient.decay);
    check_fraction(function, "rho", p.rho);
    check_non_negative(function, "epsilon", p.epsilon);
    const AdadeltaCoefficients<T> c = {static_cast<T>(p.learning_rate), static_cast<T>(p.rho), static_cast<T>(1 - p.rho),
                                       static_cast<T>(p.epsilon), gradient_coefficients<T>(p.gradient)};
    const AdadeltaRow<T> row_kernel = rows_of(active(adadelta_kernels_by_level), T())[p.gradient.plain()];
    for_each_row(function, blocks, count, threads, [&](const ParameterRow<T>& row) { row_kernel(row, c); });
}

template void adadelta_step(const AdadeltaParameters&, const ParameterBlock<double>*, std::ptrdiff_t, int);
template void adadelta_step(const AdadeltaParameters&, const ParameterBlock<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
