// SPDX-License-Identifier: BSD-3-Clause
// sgd, textbook: one row after the other, weights of doubles shrunk one by one. Oracle of the tests, fallback, baseline.
#pragma once
#include <limits>
#include <vector>

#include "kernels/linear_model/sgd/sgd_losses_textbook.hpp"
#include "kernels/linear_model/sgd/sgd_order.hpp"

namespace mlmath::textbook {

template <class T>
void sgd_fit(const SgdData<T>& data, const SgdOptions& o, SgdModel<T>& model) {
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns;
    std::vector<double> w(model.coef, model.coef + d), average(d, 0.0), penalty(d, 0.0);
    std::vector<std::int32_t> order(n), shuffle(n), before;
    sgd_first_order(order.data(), n);
    sgd_shuffle(shuffle.data(), n, model.seed);
    double b = model.intercept, t = o.first_update, eta = o.eta0, owed = 0, best = std::numeric_limits<double>::infinity();
    int without_gain = 0;
    for (model.epochs = 1;; ++model.epochs) {
        double objective = 0;
        before = order;
        for (std::ptrdiff_t i = 0; i < n && o.shuffle; ++i) order[i] = before[shuffle[i]];
        for (std::int32_t i : order) {
            const T* x = data.x.data + i * data.x.row_stride;
            const double y = data.targets                        ? double(data.targets[i])
                             : data.classes[i] == model.positive ? 1
                             : o.loss == SgdLoss::log            ? 0
                                                                 : -1;
            double p = b,
                   s = (data.weights ? double(data.weights[i]) : 1) * (y > 0 ? model.positive_weight : model.negative_weight);
            for (std::ptrdiff_t j = 0; j < d; ++j) p += x[j] * w[j];
            if (o.rate == SgdRate::optimal) eta = 1 / (o.alpha * (sgd_optimal_start(o) + t - 1));
            if (o.rate == SgdRate::inverse_scaling) eta = o.eta0 / std::pow(t, o.power);
            objective += sgd_loss(o.loss, o.threshold, y, p);
            for (double wj : w) objective += o.l2 / 2 * wj * wj + o.l1 * std::fabs(wj);
            const double update = -eta * s * std::clamp(sgd_slope(o.loss, o.threshold, y, p), -1e12, 1e12);
            for (std::ptrdiff_t j = 0; j < d; ++j) w[j] = std::max(0.0, 1 - eta * o.l2) * w[j] + update * x[j];
            if (o.intercept) b += update;
            const double number = t - double(o.average) + 1;
            for (std::ptrdiff_t j = 0; j < d && o.average > 0 && number >= 1; ++j) average[j] += (w[j] - average[j]) / number;
            if (o.average > 0 && number >= 1) model.average_intercept += (b - model.average_intercept) / number;
            owed += eta * o.l1;
            for (std::ptrdiff_t j = 0; j < d; ++j) {
                const double z = w[j];
                w[j] = z > 0 ? std::max(0.0, z - owed - penalty[j]) : z < 0 ? std::min(0.0, z + owed - penalty[j]) : 0;
                penalty[j] += w[j] - z;
            }
            t += 1;
        }
        without_gain = objective / double(n) > best - o.tolerance ? without_gain + 1 : 0;
        best = std::min(best, objective / double(n));
        if (without_gain >= o.patience && o.rate == SgdRate::adaptive && eta > 1e-6) eta /= 5, without_gain = 0;
        if (without_gain >= o.patience || model.epochs == o.epochs) break;
    }
    for (std::ptrdiff_t j = 0; j < d; ++j) model.coef[j] = T(w[j]);
    for (std::ptrdiff_t j = 0; j < d && o.average > 0; ++j) model.average_coef[j] = T(average[j]);
    model.intercept = b;
}

}  // namespace mlmath::textbook
