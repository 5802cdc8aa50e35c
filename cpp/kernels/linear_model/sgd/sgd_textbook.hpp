// SPDX-License-Identifier: BSD-3-Clause
// sgd, textbook: one row after the other, weights of doubles shrunk one by one. Oracle of the tests, fallback, baseline.
#pragma once
#include <limits>
#include <numeric>
#include <vector>

#include "kernels/linear_model/sgd/sgd_block.hpp"
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
    double scale = 1, b = model.intercept, t = o.first_update, eta = o.eta0, owed = 0,
           best = std::numeric_limits<double>::infinity();
    int without_gain = 0;
    for (model.epochs = 1;; ++model.epochs) {
        double objective = 0, trained = 0;
        before = order;
        for (std::ptrdiff_t i = 0; i < n && o.shuffle; ++i) order[i] = before[shuffle[i]];
        for (std::int32_t i : order) {
            if (data.held_out && data.held_out[i]) continue;
            trained += 1;
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
            for (double wj : w) objective += sgd_is_passive(o.rate) ? 0 : o.l2 / 2 * wj * wj + o.l1 * std::fabs(wj);
            const double g = sgd_slope(o.loss, o.threshold, y, p), norm = std::inner_product(x, x + d, x, 0.0);
            double update = -eta * s * std::clamp(g, -1e12, 1e12);
            if (o.rate == SgdRate::passive_aggressive_1 && norm == 0) continue;
            if (sgd_is_passive(o.rate))
                update = s * (g < 0 ? 1 : -1) * sgd_passive_step(o, sgd_loss(o.loss, o.threshold, y, p), norm);
            scale *= std::max(0.0, 1 - eta * o.l2);
            if (scale < sgd_least_scale<T>) scale = 1;
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
        objective /= trained;
        std::vector<double> unscaled = w;
        for (double& wj : unscaled) wj /= scale;
        if (data.held_out) objective = -sgd_held_out_score(data, model, unscaled, b);
        without_gain = objective > best - o.tolerance ? without_gain + 1 : 0;
        best = std::min(best, objective);
        if (without_gain >= o.patience && o.rate == SgdRate::adaptive && eta > 1e-6) eta /= 5, without_gain = 0;
        if (without_gain >= o.patience || model.epochs == o.epochs) break;
    }
    for (std::ptrdiff_t j = 0; j < d; ++j) model.coef[j] = T(w[j]);
    for (std::ptrdiff_t j = 0; j < d && o.average > 0; ++j) model.average_coef[j] = T(average[j]);
    model.intercept = b;
}

}  // namespace mlmath::textbook
