// SPDX-License-Identifier: BSD-3-Clause
// losses, textbook: one row in double. Oracle of the tests, baseline.
#pragma once
#include <algorithm>
#include <cmath>

#include "kernels/linear_model/losses/losses.hpp"

namespace mlmath::textbook {

struct LossValues {
    double loss, derivative, curvature;
};

inline LossValues linear_loss(LinearLoss kind, double y, double z, double delta) {
    switch (kind) {
        case LinearLoss::squared:
            return {(z - y) * (z - y) / 2, z - y, 1};
        case LinearLoss::logistic: {
            const double sign = 1 - 2 * y, t = sign * z, e = std::exp(-std::fabs(t));  // log(1 + exp t) without overflow
            return {std::max(t, 0.0) + std::log1p(e), sign * ((t >= 0 ? 1 : e) / (1 + e)), e / ((1 + e) * (1 + e))};
        }
        case LinearLoss::poisson: {
            const double mean = std::exp(z);
            return {mean - y * z, mean - y, mean};
        }
        case LinearLoss::huber: {
            const double u = z - y;
            if (std::fabs(u) <= delta) return {u * u / 2, u, 1};
            return {delta * (std::fabs(u) - delta / 2), std::copysign(delta, u), 0};
        }
    }
    return {0, 0, 0};
}

}  // namespace mlmath::textbook
