// SPDX-License-Identifier: BSD-3-Clause
// rmsprop, textbook: the definition. Oracle of the tests, fallback, baseline.
#pragma once
#include <cmath>

#include "kernels/optim/rmsprop/rmsprop.hpp"
#include "kernels/optim/textbook_gradient.hpp"

namespace mlmath::textbook {

template <class T>
void rmsprop_step(const RMSpropParameters& p, MatrixView<T> x, MatrixView<const T> gradient, MatrixView<T> s, MatrixView<T> mean,
                  MatrixView<T> u) {
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const auto at = [i, j](auto& a) -> auto& { return a.data[i * a.row_stride + j * a.column_stride]; };
            const T g = prepared(p.gradient, at(gradient), at(x));
            at(s) = T(p.alpha) * at(s) + T(1 - p.alpha) * g * g;
            T q = at(s);
            if (p.centred) {
                at(mean) = T(p.alpha) * at(mean) + T(1 - p.alpha) * g;
                q = at(s) - at(mean) * at(mean);
                if (q < 0) q = 0;
            }
            T move = g / (std::sqrt(q) + T(p.epsilon));
            if (p.momentum != 0) move = at(u) = T(p.momentum) * at(u) + move;
            at(x) -= T(p.learning_rate) * move;
        }
    }
}

}  // namespace mlmath::textbook
