// SPDX-License-Identifier: BSD-3-Clause
// adam, the ladder: one idea per rung.
#include "kernels/optim/adam/adam_ladder.hpp"

#include <cmath>

#include "core/workspace.hpp"
#include "kernels/optim/adam/adam.hpp"

namespace mlmath::ladder {
namespace {

const AdamParameters step_10 = {.step = 10};

// The numbers of algorithm 1 for one step.
template <class T>
struct Constants {
    T rate = T(step_10.learning_rate), epsilon = T(step_10.epsilon);
    T beta1 = T(step_10.beta1), rest1 = T(1 - step_10.beta1), correction1 = T(1 - std::pow(step_10.beta1, step_10.step));
    T beta2 = T(step_10.beta2), rest2 = T(1 - step_10.beta2), correction2 = T(1 - std::pow(step_10.beta2, step_10.step));
};

template <class T>
void production(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int threads) {
    const ParameterBlock<T> block = {{x, 1, n, n, 1}, {gradient, 1, n, n, 1}, {{m, 1, n, n, 1}, {v, 1, n, n, 1}, {}}};
    adam_step(step_10, &block, 1, threads);
}

}  // namespace

template <class T>
void adam_textbook(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int) {
    const Constants<T> c;
    Workspace workspace(2 * whole_lines(static_cast<std::size_t>(n) * sizeof(T)));
    T* m_hat = workspace.take<T>(static_cast<std::size_t>(n));
    T* v_hat = workspace.take<T>(static_cast<std::size_t>(n));
    for (std::ptrdiff_t i = 0; i < n; ++i) m[i] = c.beta1 * m[i] + c.rest1 * gradient[i];
    for (std::ptrdiff_t i = 0; i < n; ++i) v[i] = c.beta2 * v[i] + c.rest2 * gradient[i] * gradient[i];
    for (std::ptrdiff_t i = 0; i < n; ++i) m_hat[i] = m[i] / c.correction1;
    for (std::ptrdiff_t i = 0; i < n; ++i) v_hat[i] = v[i] / c.correction2;
    for (std::ptrdiff_t i = 0; i < n; ++i) x[i] = x[i] - c.rate * m_hat[i] / (std::sqrt(v_hat[i]) + c.epsilon);
}

template <class T>
void adam_fused(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int) {
    const Constants<T> c;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const T g = gradient[i];
        m[i] = c.beta1 * m[i] + c.rest1 * g;
        v[i] = c.beta2 * v[i] + c.rest2 * g * g;
        const T m_hat = m[i] / c.correction1, v_hat = v[i] / c.correction2;
        x[i] = x[i] - c.rate * m_hat / (std::sqrt(v_hat) + c.epsilon);
    }
}

template <class T>
void adam_simd(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int) {
    production(n, x, gradient, m, v, 1);
}

template <class T>
void adam_threaded(std::ptrdiff_t n, T* x, const T* gradient, T* m, T* v, int threads) {
    production(n, x, gradient, m, v, threads);
}

template void adam_textbook(std::ptrdiff_t, double*, const double*, double*, double*, int);
template void adam_textbook(std::ptrdiff_t, float*, const float*, float*, float*, int);
template void adam_fused(std::ptrdiff_t, double*, const double*, double*, double*, int);
template void adam_fused(std::ptrdiff_t, float*, const float*, float*, float*, int);
template void adam_simd(std::ptrdiff_t, double*, const double*, double*, double*, int);
template void adam_simd(std::ptrdiff_t, float*, const float*, float*, float*, int);
template void adam_threaded(std::ptrdiff_t, double*, const double*, double*, double*, int);
template void adam_threaded(std::ptrdiff_t, float*, const float*, float*, float*, int);

}  // namespace mlmath::ladder
