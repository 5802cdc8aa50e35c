// SPDX-License-Identifier: BSD-3-Clause
// lion, textbook: the definition. Oracle of the tests, fallback, baseline.
#pragma once
#include <cmath>

#include "kernels/optim/lion/lion.hpp"
#include "kernels/optim/textbook_gradient.hpp"

namespace mlmath::textbook {

template <class T>
void lion_step(const LionParameters& p, MatrixView<T> x, MatrixView<const T> gradient, MatrixView<T> m) {
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            const T g = prepared(p.gradient, at(gradient), at(x));
            const T mixed = T(p.beta1) * at(m) + T(1 - p.beta1) * g;
            const T sign = mixed > 0 ? T(1) : mixed < 0 ? T(-1) : mixed;
            at(x) = T(1 - p.learning_rate * p.weight_decay) * at(x) - T(p.learning_rate) * sign;
            at(m) = T(p.beta2) * at(m) + T(1 - p.beta2) * g;
        }
    }
}

}  // namespace mlmath::textbook
