// SPDX-License-Identifier: BSD-3-Clause
// class_moments, textbook: the definition in two passes. Oracle of the tests, fallback, baseline.
#pragma once
#include <algorithm>

#include "kernels/naive_bayes/class_moments/class_moments.hpp"

namespace mlmath::textbook {

template <class T>
void class_sums(const LabelledRows<T>& data, std::ptrdiff_t classes, const T* threshold, double* weight, double* sums) {
    std::fill(weight, weight + classes, 0.0);
    std::fill(sums, sums + classes * data.x.columns, 0.0);
    for (std::ptrdiff_t i = 0; i < data.x.rows; ++i) {
        const std::ptrdiff_t k = data.codes == nullptr ? 0 : data.codes[i];
        const double s = data.weights.data == nullptr ? 1 : double(data.weights.data[i * data.weights.stride]);
        weight[k] += s;
        for (std::ptrdiff_t j = 0; j < data.x.columns; ++j) {
            const T x = data.x.data[i * data.x.row_stride + j * data.x.column_stride];
            sums[k * data.x.columns + j] += threshold == nullptr ? s * double(x) : x > *threshold ? s : 0;
        }
    }
}

template <class T>
void class_moments(const LabelledRows<T>& data, std::ptrdiff_t classes, double* weight, double* mean, double* squares) {
    const std::ptrdiff_t d = data.x.columns;
    class_sums<T>(data, classes, nullptr, weight, mean);
    for (std::ptrdiff_t k = 0; k < classes; ++k)
        for (std::ptrdiff_t j = 0; j < d; ++j) mean[k * d + j] = weight[k] == 0 ? 0 : mean[k * d + j] / weight[k];
    std::fill(squares, squares + classes * d, 0.0);
    for (std::ptrdiff_t i = 0; i < data.x.rows; ++i) {
        const std::ptrdiff_t k = data.codes == nullptr ? 0 : data.codes[i];
        const double s = data.weights.data == nullptr ? 1 : double(data.weights.data[i * data.weights.stride]);
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            const double t = double(data.x.data[i * data.x.row_stride + j * data.x.column_stride]) - mean[k * d + j];
            if (weight[k] != 0) squares[k * d + j] += s * t * t;
        }
    }
}

}  // namespace mlmath::textbook
