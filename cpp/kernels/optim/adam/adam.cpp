// SPDX-License-Identifier: BSD-3-Clause
// adam: checks, coefficients, dispatch, threads.
#include "kernels/optim/adam/adam.hpp"

#include <cmath>

#include "kernels/optim/adam/adam_row.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(AdamKernels, adam_kernels);

namespace {

// 1 - beta^t without cancellation for beta near 1; log(0) would raise a flag.
double one_minus_power(double beta, std::int64_t t) { return beta == 0 ? 1 : -std::expm1(static_cast<double>(t) * std::log(beta)); }

void check_decay_rate(const char* argument, double beta) {
    if (!(beta >= 0 && beta < 1))
        invalid_argument("adam_step", std::string(argument) + " must be in [0, 1), got " + std::to_string(beta));
}

void row_of(const AdamKernels& k, const ParameterRow<double>& row, const AdamCoefficients<double>& c) { k.f64(row, c); }
void row_of(const AdamKernels& k, const ParameterRow<float>& row, const AdamCoefficients<float>& c) { k.f32(row, c); }

}  // namespace

template <class T>
void adam_step(const AdamParameters& p, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads) {
    check_non_negative("adam_step", "learning_rate", p.learning_rate);
    check_decay_rate("beta1", p.beta1);
    check_decay_rate("beta2", p.beta2);
    check_non_negative("adam_step", "epsilon", p.epsilon);
    check_non_negative("adam_step", "weight_decay", p.weight_decay);
    check_positive("adam_step", "step", static_cast<double>(p.step));
    const AdamCoefficients<T> c = {static_cast<T>(1 - p.learning_rate * p.weight_decay),
                                   static_cast<T>(p.beta1),
                                   static_cast<T>(1 - p.beta1),
                                   static_cast<T>(p.beta2),
                                   static_cast<T>(1 - p.beta2),
                                   static_cast<T>(p.learning_rate / one_minus_power(p.beta1, p.step)),
                                   static_cast<T>(1 / std::sqrt(one_minus_power(p.beta2, p.step))),
                                   static_cast<T>(p.epsilon)};
    const AdamKernels& kernels = active(adam_kernels_by_level);
    for_each_row("adam_step", blocks, count, threads, [&](const ParameterRow<T>& row) { row_of(kernels, row, c); });
}

template void adam_step(const AdamParameters&, const ParameterBlock<double>*, std::ptrdiff_t, int);
template void adam_step(const AdamParameters&, const ParameterBlock<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
