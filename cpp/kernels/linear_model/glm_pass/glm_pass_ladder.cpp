// SPDX-License-Identifier: BSD-3-Clause
// The ladder of glm_pass.
#include "kernels/linear_model/glm_pass/glm_pass_ladder.hpp"

#include <cmath>
#include <vector>

#include "kernels/linear_model/glm_pass/glm_pass.hpp"
#include "kernels/linear_model/glm_pass/glm_pass_textbook.hpp"

namespace mlmath::ladder {
namespace {

template <class T>
std::vector<double> with_intercept(VectorView<const T> w) {
    std::vector<double> theta(static_cast<std::size_t>(w.size + 1), 0.0);
    for (std::ptrdiff_t j = 0; j < w.size; ++j) theta[j] = static_cast<double>(w.data[j * w.stride]);
    return theta;
}

template <class T>
void production(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int threads) {
    const std::vector<double> theta = with_intercept(w);
    std::vector<double> gradient(theta.size());
    GlmPass<T> pass(x, y, {}, {LinearLoss::logistic}, {threads});
    pass.gradient(theta.data(), nullptr, gradient.data());
    for (std::ptrdiff_t j = 0; j < g.size; ++j) g.data[j * g.stride] = static_cast<T>(gradient[j]);
}

}  // namespace

template <class T>
void logistic_gradient_textbook(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int) {
    const std::vector<double> theta = with_intercept(w);
    std::vector<double> gradient(theta.size());
    textbook::glm_pass<T>(x, y, {}, LinearLoss::logistic, 0, theta.data(), gradient.data(), nullptr);
    for (std::ptrdiff_t j = 0; j < g.size; ++j) g.data[j * g.stride] = static_cast<T>(gradient[j]);
}

// Constraint: X^T r should find in L1 the rows that the scores have read. Arithmetic: 32 rows of 50 doubles are 12 KiB, a third of
// it.
template <class T>
void logistic_gradient_blocked(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int) {
    constexpr std::ptrdiff_t block = 32, lanes = 8;
    const std::ptrdiff_t n = x.rows, d = x.columns;
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) { return x.data[i * x.row_stride + j * x.column_stride]; };
    std::vector<double> sum(static_cast<std::size_t>(d), 0.0);
    std::vector<T> part(static_cast<std::size_t>(d));
    T r[block];
    for (std::ptrdiff_t from = 0; from < n; from += block) {
        const std::ptrdiff_t rows = n - from < block ? n - from : block;
        for (std::ptrdiff_t i = 0; i < rows; ++i) {
            T lane[lanes] = {};
            std::ptrdiff_t j = 0;
            for (; j + lanes <= d; j += lanes)
                for (std::ptrdiff_t l = 0; l < lanes; ++l) lane[l] += at(from + i, j + l) * w.data[(j + l) * w.stride];
            for (std::ptrdiff_t l = 0; j + l < d; ++l) lane[l] += at(from + i, j + l) * w.data[(j + l) * w.stride];
            r[i] = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
        }
        for (std::ptrdiff_t i = 0; i < rows; ++i) {  // sigmoid(z) - y without a difference of numbers near 1
            const T sign = 1 - 2 * y.data[(from + i) * y.stride], t = sign * r[i], e = std::exp(-std::fabs(t));
            r[i] = sign * ((t >= 0 ? T(1) : e) / (1 + e));
        }
        for (std::ptrdiff_t j = 0; j < d; ++j) part[j] = 0;
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            for (std::ptrdiff_t j = 0; j < d; ++j) part[j] += r[i] * at(from + i, j);
        for (std::ptrdiff_t j = 0; j < d; ++j) sum[j] += static_cast<double>(part[j]);
    }
    for (std::ptrdiff_t j = 0; j < d; ++j) g.data[j * g.stride] = static_cast<T>(sum[j] / static_cast<double>(n));
}

template <class T>
void logistic_gradient_one_pass(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int) {
    production(x, y, w, g, 1);
}

template <class T>
void logistic_gradient_threaded(MatrixView<const T> x, VectorView<const T> y, VectorView<const T> w, VectorView<T> g, int threads) {
    production(x, y, w, g, threads);
}

#define MLMATH_LADDER(T)                                                                                                         \
    template void logistic_gradient_textbook(MatrixView<const T>, VectorView<const T>, VectorView<const T>, VectorView<T>, int); \
    template void logistic_gradient_blocked(MatrixView<const T>, VectorView<const T>, VectorView<const T>, VectorView<T>, int);  \
    template void logistic_gradient_one_pass(MatrixView<const T>, VectorView<const T>, VectorView<const T>, VectorView<T>, int); \
    template void logistic_gradient_threaded(MatrixView<const T>, VectorView<const T>, VectorView<const T>, VectorView<T>, int)
MLMATH_LADDER(double);
MLMATH_LADDER(float);
#undef MLMATH_LADDER

}  // namespace mlmath::ladder
