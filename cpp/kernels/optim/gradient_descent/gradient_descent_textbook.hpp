// SPDX-License-Identifier: BSD-3-Clause
// gradient_descent, textbook: the definition. Oracle of the tests, fallback, baseline.
#pragma once
#include "kernels/optim/gradient_descent/gradient_descent.hpp"
#include "kernels/optim/textbook_gradient.hpp"

namespace mlmath::textbook {

/// `velocity` is looked at only when there is momentum.
template <class T>
void gradient_descent_step(const GradientDescentParameters& p, MatrixView<T> x, MatrixView<const T> gradient,
                           MatrixView<T> velocity) {
    const T rate = T(p.learning_rate), momentum = T(p.momentum), fresh = T(1 - p.dampening);
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            const T g = prepared(p.gradient, at(gradient), at(x));
            T direction = g;
            if (momentum != 0) {
                at(velocity) = momentum * at(velocity) + fresh * g;
                direction = p.nesterov ? g + momentum * at(velocity) : at(velocity);
            }
            at(x) -= rate * direction;
        }
    }
}

}  // namespace mlmath::textbook
