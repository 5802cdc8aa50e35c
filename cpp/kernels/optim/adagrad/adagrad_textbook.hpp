// SPDX-License-Identifier: BSD-3-Clause
// adagrad, textbook: the definition. Oracle of the tests, fallback, baseline.
#pragma once
#include <cmath>

#include "kernels/optim/adagrad/adagrad.hpp"
#include "kernels/optim/textbook_gradient.hpp"

namespace mlmath::textbook {

template <class T>
void adagrad_step(const AdagradParameters& p, MatrixView<T> x, MatrixView<const T> gradient, MatrixView<T> s) {
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            const T g = prepared(p.gradient, at(gradient), at(x));
            const T rate = T(p.learning_rate / (1 + double(p.step - 1) * p.learning_rate_decay));
            at(s) += g * g;
            at(x) -= rate * (g / (std::sqrt(at(s)) + T(p.epsilon)));
        }
    }
}

}  // namespace mlmath::textbook
