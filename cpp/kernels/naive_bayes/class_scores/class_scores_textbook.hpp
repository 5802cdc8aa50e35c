// SPDX-License-Identifier: BSD-3-Clause
// class_scores, textbook: the definition, one row after the other. Oracle of the tests, fallback, baseline.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/naive_bayes/class_scores/class_scores.hpp"

namespace mlmath::textbook {

template <class T>
void class_scores(MatrixView<const T> x, const ClassModel& model, ClassResult result, double* out, std::int32_t* labels) {
    const std::ptrdiff_t d = x.columns, classes = model.classes;
    std::vector<double> joint(classes);
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            double sum = 0;
            for (std::ptrdiff_t j = 0; j < d; ++j) {
                const double v = double(x.data[i * x.row_stride + j * x.column_stride]), a = model.a[k * d + j];
                switch (model.likelihood) {
                    case Likelihood::gaussian:
                        sum -= 0.5 * std::pow((v - a) * model.b[k * d + j], 2);
                        break;
                    case Likelihood::multinomial:
                        sum += v * a;
                        break;
                    case Likelihood::bernoulli:
                        sum += v > model.threshold ? a : 0;
                        break;
                }
            }
            joint[k] = model.c[k] + sum;
        }
        const auto largest = std::max_element(joint.begin(), joint.end());
        if (result == ClassResult::label) {
            labels[i] = static_cast<std::int32_t>(largest - joint.begin());
            continue;
        }
        double total = 0;
        for (double l : joint) total += std::exp(l - *largest);
        const double evidence = *largest + std::log(total);
        for (std::ptrdiff_t k = 0; k < classes; ++k)
            out[i * classes + k] = result == ClassResult::joint             ? joint[k]
                                   : result == ClassResult::log_probability ? joint[k] - evidence
                                                                            : std::exp(joint[k] - *largest) / total;
    }
}

}  // namespace mlmath::textbook
