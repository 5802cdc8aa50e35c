// SPDX-License-Identifier: BSD-3-Clause
// softmax, the ladder: one idea per rung.
#include "kernels/reduce/softmax/softmax_ladder.hpp"

#include <cmath>

#include "kernels/reduce/softmax/softmax.hpp"
#include "kernels/reduce/softmax/softmax_textbook.hpp"

namespace mlmath::ladder {

template <class T>
void softmax_naive(VectorView<const T> x, VectorView<T> y, int) {
    T sum = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) sum += y.data[i * y.stride] = std::exp(x.data[i * x.stride]);
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] /= sum;
}

template <class T>
void softmax_three_pass(VectorView<const T> x, VectorView<T> y, int) {
    textbook::softmax(x, y);
}

// Invariant: sum = sum_{j <= i} exp(x_j - largest).
template <class T>
void softmax_fused(VectorView<const T> x, VectorView<T> y, int) {
    T largest = x.data[0], sum = 1;
    for (std::ptrdiff_t i = 1; i < x.size; ++i) {
        const T v = x.data[i * x.stride];
        if (v > largest) {
            sum = sum * std::exp(largest - v) + 1;
            largest = v;
        } else {
            sum += std::exp(v - largest);
        }
    }
    const T inverse = 1 / sum;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = std::exp(x.data[i * x.stride] - largest) * inverse;
}

template <class T>
void softmax_simd(VectorView<const T> x, VectorView<T> y, int) {
    mlmath::softmax<T>({x.data, 1, &x.size, &x.stride}, 1, y.data, &y.stride, 1);
}

template <class T>
void softmax_threaded(VectorView<const T> x, VectorView<T> y, int threads) {
    mlmath::softmax<T>({x.data, 1, &x.size, &x.stride}, 1, y.data, &y.stride, threads);
}

#define MLMATH_SOFTMAX_RUNG(rung)                                          \
    template void rung(VectorView<const double>, VectorView<double>, int); \
    template void rung(VectorView<const float>, VectorView<float>, int)
MLMATH_SOFTMAX_RUNG(softmax_naive);
MLMATH_SOFTMAX_RUNG(softmax_three_pass);
MLMATH_SOFTMAX_RUNG(softmax_fused);
MLMATH_SOFTMAX_RUNG(softmax_simd);
MLMATH_SOFTMAX_RUNG(softmax_threaded);
#undef MLMATH_SOFTMAX_RUNG

}  // namespace mlmath::ladder
