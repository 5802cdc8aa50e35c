// SPDX-License-Identifier: BSD-3-Clause
// kmeans, textbook: one iteration of Lloyd's algorithm by the definition. Oracle of the tests, fallback, baseline.
#pragma once
#include <algorithm>
#include <cmath>

#include "kernels/cluster/kmeans/kmeans.hpp"

namespace mlmath::textbook {

template <class T>
double squared_distance(MatrixView<const T> x, std::ptrdiff_t i, const double* point) {
    double sum = 0;
    for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
        const double t = double(x.data[i * x.row_stride + j * x.column_stride]) - point[j];
        sum += t * t;
    }
    return sum;
}

// Labels, then what each cluster's rows add up to; returns the inertia. `centers` stay as they are.
template <class T>
double kmeans_iteration(const KMeansData<T>& data, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                        double* sums, double* weight) {
    const std::ptrdiff_t d = data.x.columns;
    double inertia = 0;
    std::fill(sums, sums + clusters * d, 0.0);
    std::fill(weight, weight + clusters, 0.0);
    for (std::ptrdiff_t i = 0; i < data.x.rows; ++i) {
        double smallest = HUGE_VAL;
        std::ptrdiff_t label = 0;
        for (std::ptrdiff_t k = 0; k < clusters; ++k) {
            const double distance = squared_distance(data.x, i, centers + k * d);
            if (distance < smallest) smallest = distance, label = k;
        }
        const double s = data.weights.data == nullptr ? 1 : double(data.weights.data[i * data.weights.stride]);
        labels[i] = static_cast<std::int32_t>(label);
        inertia += s * smallest;
        weight[label] += s;
        for (std::ptrdiff_t j = 0; j < d; ++j)
            sums[label * d + j] += s * double(data.x.data[i * data.x.row_stride + j * data.x.column_stride]);
    }
    return inertia;
}

}  // namespace mlmath::textbook
