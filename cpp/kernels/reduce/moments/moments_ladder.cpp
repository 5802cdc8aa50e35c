// SPDX-License-Identifier: BSD-3-Clause
// variance, the ladder: one idea per rung.
#include "kernels/reduce/moments/moments_ladder.hpp"

#include <limits>

#include "kernels/reduce/moments/moments.hpp"
#include "kernels/reduce/moments/moments_textbook.hpp"

namespace mlmath::ladder {

template <class T>
T variance_two_pass(VectorView<const T> x, int) {
    return textbook::variance<T, T>(x, static_cast<double>(x.size));
}

template <class T>
T variance_one_pass(VectorView<const T> x, int) {
    T sum = 0, squares = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const T v = x.data[i * x.stride];
        sum += v;
        squares += v * v;
    }
    const T n = static_cast<T>(x.size), mean = sum / n;
    return squares / n - mean * mean;
}

// With m_k the mean of the first k: m_k = m_{k-1} + (x - m_{k-1}) / k, and the squares grow by (x - m_{k-1}) (x - m_k).
template <class T>
T variance_welford(VectorView<const T> x, int) {
    T mean = 0, squares = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const T v = x.data[i * x.stride], before = v - mean;
        mean += before / static_cast<T>(i + 1);
        squares += before * (v - mean);
    }
    return squares / static_cast<T>(x.size);
}

namespace {

template <class T>
T production(VectorView<const T> x, int threads) {
    if (x.size == 0) return std::numeric_limits<T>::quiet_NaN();
    T result;
    const std::ptrdiff_t unused = 0;
    variance({element_of<T>, x.data, 1, &x.size, &x.stride, all_axes}, {}, {element_of<T>, &result, &unused}, threads);
    return result;
}

}  // namespace

template <class T>
T variance_merged(VectorView<const T> x, int) {
    return production(x, 1);
}

template <class T>
T variance_threaded(VectorView<const T> x, int threads) {
    return production(x, threads);
}

#define MLMATH_VARIANCE_RUNG(rung)                       \
    template double rung(VectorView<const double>, int); \
    template float rung(VectorView<const float>, int)
MLMATH_VARIANCE_RUNG(variance_two_pass);
MLMATH_VARIANCE_RUNG(variance_one_pass);
MLMATH_VARIANCE_RUNG(variance_welford);
MLMATH_VARIANCE_RUNG(variance_merged);
MLMATH_VARIANCE_RUNG(variance_threaded);
#undef MLMATH_VARIANCE_RUNG

}  // namespace mlmath::ladder
