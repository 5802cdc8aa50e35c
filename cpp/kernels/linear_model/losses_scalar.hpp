// SPDX-License-Identifier: BSD-3-Clause
// losses: one row in double. What the textbooks of glm_pass and fit are built on.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/linear_model/losses.hpp"

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
        case LinearLoss::multinomial:
            break;  // has K scores: below
    }
    return {0, 0, 0};
}

/// The multinomial loss of a row of class y; z: K scores, which become the derivatives.
inline double multinomial_loss(std::ptrdiff_t y, double* z, std::ptrdiff_t classes) {
    const double largest = *std::max_element(z, z + classes), own = z[y];
    double sum = 0;
    for (std::ptrdiff_t k = 0; k < classes; ++k) sum += z[k] = std::exp(z[k] - largest);
    for (std::ptrdiff_t k = 0; k < classes; ++k) z[k] = z[k] / sum - (k == y);
    return std::log(sum) + largest - own;
}

}  // namespace mlmath::textbook
