// SPDX-License-Identifier: BSD-3-Clause
// adam: checks, coefficients, dispatch, threads.
#include "kernels/optim/adam/adam.hpp"

#include "kernels/optim/adam/adam_row.hpp"
#include "kernels/optim/update_checks.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(AdamKernels, adam_kernels);

double nadam_momentum(double beta1, double momentum_decay, std::int64_t t) {
    return beta1 * (1 - 0.5 * std::pow(0.96, static_cast<double>(t) * momentum_decay));
}

namespace {

const auto& rows_of(const AdamKernels& k, double) { return k.f64; }
const auto& rows_of(const AdamKernels& k, float) { return k.f32; }

struct Scalars {
    AdamRule rule;
    double move, gradient_move, root_scale;
};

Scalars scalars(const AdamParameters& p) {
    const double rest1 = one_minus_power(p.beta1, p.step), rest2 = one_minus_power(p.beta2, p.step);
    Scalars s = {p.variant == AdamVariant::amsgrad ? amsgrad_rule : adam_rule, p.learning_rate / rest1, 0, 1 / std::sqrt(rest2)};
    if (p.variant == AdamVariant::radam) {
        // The uncorrected root serves: PyTorch's RAdam puts epsilon there. beta2^t = 1 - rest2.
        const double limit = 2 / (1 - p.beta2) - 1;
        const double length = limit - 2 * static_cast<double>(p.step) * (1 - rest2) / rest2;
        if (!(length > 5)) return {unrectified_rule, s.move, 0, 0};
        const double rectification = std::sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length));
        return {adam_rule, s.move * rectification * std::sqrt(rest2), 0, 1};
    }
    if (p.variant == AdamVariant::nadam) {
        const double now = nadam_momentum(p.beta1, p.momentum_decay, p.step);
        const double next = nadam_momentum(p.beta1, p.momentum_decay, p.step + 1);
        const double product = p.momentum_product * now;
        s.rule = nadam_rule;
        s.gradient_move = p.learning_rate * (1 - now) / (1 - product);
        s.move = p.learning_rate * next / (1 - product * next);
    }
    if (p.uncorrected_epsilon) {
        s.move *= std::sqrt(rest2);
        s.gradient_move *= std::sqrt(rest2);
        s.root_scale = 1;
    }
    return s;
}

}  // namespace

template <class T>
void adam_step(const AdamParameters& p, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads) {
    check_non_negative("adam_step", "learning_rate", p.learning_rate);
    check_fraction("adam_step", "beta1", p.beta1);
    check_fraction("adam_step", "beta2", p.beta2);
    check_non_negative("adam_step", "epsilon", p.epsilon);
    check_non_negative("adam_step", "weight_decay", p.weight_decay);
    check_non_negative("adam_step", "weight_decay", p.gradient.decay);
    check_positive("adam_step", "step", static_cast<double>(p.step));
    const Scalars s = scalars(p);
    const AdamCoefficients<T> c = {static_cast<T>(1 - p.learning_rate * p.weight_decay),
                                   static_cast<T>(p.beta1),
                                   static_cast<T>(1 - p.beta1),
                                   static_cast<T>(p.beta2),
                                   static_cast<T>(1 - p.beta2),
                                   static_cast<T>(s.move),
                                   static_cast<T>(s.gradient_move),
                                   static_cast<T>(s.root_scale),
                                   static_cast<T>(p.epsilon),
                                   gradient_coefficients<T>(p.gradient)};
    const AdamRow<T> row_kernel = rows_of(active(adam_kernels_by_level), T())[s.rule][p.gradient.plain()];
    for_each_row("adam_step", blocks, count, threads, [&](const ParameterRow<T>& row) { row_kernel(row, c); });
}

template void adam_step(const AdamParameters&, const ParameterBlock<double>*, std::ptrdiff_t, int);
template void adam_step(const AdamParameters&, const ParameterBlock<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
