// SPDX-License-Identifier: BSD-3-Clause
// logistic, textbook: the definition in double, one row after the other. Oracle of the tests, fallback, baseline.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/linear_model/logistic/logistic.hpp"

namespace mlmath::textbook {

template <class T>
double logistic_loss_gradient(const LogisticData<T>& data, const LogisticModel<T>& model, MatrixView<T> coef_gradient,
                              VectorView<T> intercept_gradient) {
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns, classes = model.coef.rows;
    const auto x = [&](std::ptrdiff_t i, std::ptrdiff_t j) {
        return double(data.x.data[i * data.x.row_stride + j * data.x.column_stride]);
    };
    const auto w = [&](std::ptrdiff_t k, std::ptrdiff_t j) {
        return double(model.coef.data[k * model.coef.row_stride + j * model.coef.column_stride]);
    };
    double loss = 0, total = 0;
    std::vector<double> dw(classes * d, 0.0), db(classes, 0.0), z(classes), residual(classes);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double s = data.weights.data == nullptr ? 1 : double(data.weights.data[i * data.weights.stride]);
        const std::int32_t y = data.labels[i];
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            z[k] = model.intercept.data == nullptr ? 0 : double(model.intercept.data[k * model.intercept.stride]);
            for (std::ptrdiff_t j = 0; j < d; ++j) z[k] += x(i, j) * w(k, j);
        }
        if (classes == 1) {
            const double t = y ? -z[0] : z[0];  // log(1 + exp t) and its derivative, without overflow
            loss += s * (std::max(t, 0.0) + std::log1p(std::exp(-std::fabs(t))));
            residual[0] = (y ? -1 : 1) / (1 + std::exp(-t));
        } else {
            const double largest = *std::max_element(z.begin(), z.end());
            double sum = 0;
            for (double score : z) sum += std::exp(score - largest);
            loss += s * (std::log(sum) + largest - z[y]);
            for (std::ptrdiff_t k = 0; k < classes; ++k) residual[k] = std::exp(z[k] - largest) / sum - (k == y);
        }
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            for (std::ptrdiff_t j = 0; j < d; ++j) dw[k * d + j] += s * residual[k] * x(i, j);
            db[k] += s * residual[k];
        }
        total += s;
    }
    double squares = 0;
    for (std::ptrdiff_t k = 0; k < classes; ++k) {
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            coef_gradient.data[k * coef_gradient.row_stride + j * coef_gradient.column_stride] =
                T(dw[k * d + j] / total + model.l2 * w(k, j));
            squares += w(k, j) * w(k, j);
        }
        intercept_gradient.data[k * intercept_gradient.stride] = T(db[k] / total);
    }
    return loss / total + model.l2 / 2 * squares;
}

}  // namespace mlmath::textbook
