// SPDX-License-Identifier: BSD-3-Clause
// sgd, textbook: the losses of sgd.hpp and their derivatives in the score p, passive-aggressive steps, the score of rows held out.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/linear_model/sgd/sgd.hpp"

namespace mlmath::textbook {

inline double sgd_loss(SgdLoss loss, double c, double y, double p) {
    const double z = y * p, r = std::fabs(p - y), m = std::max(0.0, c - z), e = std::max(0.0, r - c);
    switch (loss) {
        case SgdLoss::hinge:
            return m;
        case SgdLoss::squared_hinge:
            return m * m;
        case SgdLoss::modified_huber:
            return z < -1 ? -4 * z : z < 1 ? (1 - z) * (1 - z) : 0;
        case SgdLoss::log:
            return std::max(p, 0.0) + std::log1p(std::exp(-std::fabs(p))) - y * p;
        case SgdLoss::squared:
            return r * r / 2;
        case SgdLoss::huber:
            return r <= c ? r * r / 2 : c * (r - c / 2);
        case SgdLoss::epsilon:
            return e;
        case SgdLoss::squared_epsilon:
            return e * e;
    }
    return 0;
}

inline double sgd_slope(SgdLoss loss, double c, double y, double p) {
    const double z = y * p, r = p - y, sign = r < 0 ? -1 : 1, e = std::max(0.0, std::fabs(r) - c);
    switch (loss) {
        case SgdLoss::hinge:
            return z <= c ? -y : 0;
        case SgdLoss::squared_hinge:
            return -2 * y * std::max(0.0, c - z);
        case SgdLoss::modified_huber:
            return z < -1 ? -4 * y : z < 1 ? -2 * y * (1 - z) : 0;
        case SgdLoss::log:
            return 1 / (1 + std::exp(-p)) - y;
        case SgdLoss::squared:
            return r;
        case SgdLoss::huber:
            return std::clamp(r, -c, c);
        case SgdLoss::epsilon:
            return e > 0 ? sign : 0;
        case SgdLoss::squared_epsilon:
            return 2 * sign * e;
    }
    return 0;
}

inline double sgd_passive_step(const SgdOptions& o, double loss, double squared_norm) {
    if (o.rate == SgdRate::passive_aggressive_1) return std::min(o.eta0, loss / squared_norm);
    return loss / (squared_norm + 0.5 / o.eta0);
}

// Of the rows held out: the share on the right side of 0, or R^2.
template <class T>
double sgd_held_out_score(const SgdData<T>& data, const SgdModel<T>& model, const std::vector<double>& w, double b) {
    double weights = 0, right = 0, mean = 0, squares = 0, residuals = 0;
    for (std::ptrdiff_t i = 0; i < data.x.rows; ++i) {
        const double s = !data.held_out[i] ? 0 : data.weights ? double(data.weights[i]) : 1, y = data.targets ? data.targets[i] : 0;
        double p = b;
        for (std::size_t j = 0; j < w.size(); ++j) p += data.x.data[i * data.x.row_stride + std::ptrdiff_t(j)] * w[j];
        if (!data.targets && (p > 0) == (data.classes[i] == model.positive)) right += s;
        weights += s, mean += s * y, squares += s * y * y, residuals += s * (p - y) * (p - y);
    }
    return data.targets ? 1 - residuals / (squares - mean * mean / weights) : right / weights;
}

}  // namespace mlmath::textbook
