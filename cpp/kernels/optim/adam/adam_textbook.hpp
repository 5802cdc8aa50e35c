// SPDX-License-Identifier: BSD-3-Clause
// adam, textbook: the papers' algorithms, line by line. Oracle of the tests, fallback, baseline.
#pragma once
#include <algorithm>
#include <cmath>

#include "kernels/optim/adam/adam.hpp"
#include "kernels/optim/textbook_gradient.hpp"

namespace mlmath::textbook {

/// `w` is looked at by AMSGrad only.
template <class T>
void adam_step(const AdamParameters& p, MatrixView<T> x, MatrixView<const T> gradient, MatrixView<T> m, MatrixView<T> v,
               MatrixView<T> w = {}) {
    const double t = static_cast<double>(p.step), correction2 = 1 - std::pow(p.beta2, t);
    const double mu = p.beta1 * (1 - 0.5 * std::pow(0.96, t * p.momentum_decay));
    const double next_mu = p.beta1 * (1 - 0.5 * std::pow(0.96, (t + 1) * p.momentum_decay));
    const double product = p.momentum_product * mu;
    const double r = 2 / (1 - p.beta2) - 1, r_t = r - 2 * t * std::pow(p.beta2, t) / correction2;
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            const T g = prepared(p.gradient, at(gradient), at(x));
            at(m) = T(p.beta1) * at(m) + T(1 - p.beta1) * g;
            at(v) = T(p.beta2) * at(v) + T(1 - p.beta2) * g * g;
            T second = at(v);
            if (p.variant == AdamVariant::amsgrad) second = at(w) = std::max(at(w), at(v));
            T m_hat = at(m) / T(1 - std::pow(p.beta1, t));
            if (p.variant == AdamVariant::nadam)
                m_hat = T((1 - mu) / (1 - product)) * g + T(next_mu / (1 - product * next_mu)) * at(m);
            T denominator = std::sqrt(second / T(correction2)) + T(p.epsilon);
            if (p.uncorrected_epsilon || p.variant == AdamVariant::radam)
                denominator = (std::sqrt(second) + T(p.epsilon)) / T(std::sqrt(correction2));
            if (p.variant == AdamVariant::radam)
                denominator = r_t > 5 ? denominator / T(std::sqrt((r_t - 4) * (r_t - 2) * r / ((r - 4) * (r - 2) * r_t))) : T(1);
            at(x) = T(1 - p.learning_rate * p.weight_decay) * at(x) - T(p.learning_rate) * m_hat / denominator;
        }
    }
}

}  // namespace mlmath::textbook
