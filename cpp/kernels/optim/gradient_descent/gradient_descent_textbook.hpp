// SPDX-License-Identifier: BSD-3-Clause
// gradient_descent, textbook: the definition. Oracle of the tests, fallback, baseline.
#pragma once
#include "kernels/optim/gradient_descent/gradient_descent.hpp"

namespace mlmath::textbook {

/// `velocity` is looked at only when there is momentum.
template <class T>
void gradient_descent_step(const GradientDescentParameters& p, MatrixView<T> x, MatrixView<const T> gradient,
                           MatrixView<T> velocity) {
    const T rate = T(p.learning_rate), momentum = T(p.momentum);
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            T direction = at(gradient);
            if (momentum != 0) {
                at(velocity) = momentum * at(velocity) + at(gradient);
                direction = p.nesterov ? at(gradient) + momentum * at(velocity) : at(velocity);
            }
            at(x) -= rate * direction;
        }
    }
}

}  // namespace mlmath::textbook
