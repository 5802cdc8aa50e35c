// SPDX-License-Identifier: BSD-3-Clause
// adam, textbook: algorithm 1 of the paper, line by line. Oracle of the tests, fallback, baseline.
#pragma once
#include <cmath>

#include "kernels/optim/adam/adam.hpp"

namespace mlmath::textbook {

template <class T>
void adam_step(const AdamParameters& p, MatrixView<T> x, MatrixView<const T> gradient, MatrixView<T> m, MatrixView<T> v) {
    const double t = static_cast<double>(p.step);
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            const T g = at(gradient);
            at(m) = T(p.beta1) * at(m) + T(1 - p.beta1) * g;
            at(v) = T(p.beta2) * at(v) + T(1 - p.beta2) * g * g;
            const T m_hat = at(m) / T(1 - std::pow(p.beta1, t));
            const T v_hat = at(v) / T(1 - std::pow(p.beta2, t));
            at(x) =
                T(1 - p.learning_rate * p.weight_decay) * at(x) - T(p.learning_rate) * m_hat / (std::sqrt(v_hat) + T(p.epsilon));
        }
    }
}

}  // namespace mlmath::textbook
