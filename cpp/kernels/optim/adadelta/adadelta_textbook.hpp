// SPDX-License-Identifier: BSD-3-Clause
// adadelta, textbook: the definition. Oracle of the tests, fallback, baseline.
#pragma once
#include <cmath>

#include "kernels/optim/adadelta/adadelta.hpp"
#include "kernels/optim/textbook_gradient.hpp"

namespace mlmath::textbook {

template <class T>
void adadelta_step(const AdadeltaParameters& p, MatrixView<T> x, MatrixView<const T> gradient, MatrixView<T> s, MatrixView<T> d) {
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            const T g = prepared(p.gradient, at(gradient), at(x));
            at(s) = T(p.rho) * at(s) + T(1 - p.rho) * g * g;
            const T move = g * (std::sqrt(at(d) + T(p.epsilon)) / std::sqrt(at(s) + T(p.epsilon)));
            at(d) = T(p.rho) * at(d) + T(1 - p.rho) * move * move;
            at(x) -= T(p.learning_rate) * move;
        }
    }
}

}  // namespace mlmath::textbook
