// SPDX-License-Identifier: BSD-3-Clause
// Loss and gradient of a run of classes. Compiled once per level.
#include "kernels/reduce/cross_entropy/cross_entropy_parts.hpp"
#include "kernels/reduce/softmax/softmax_chunk.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// The coefficients of `count` classes from i on; behind them zeros.
template <class T>
MLMATH_INLINE vec<T> coefficients(const ClassCoefficients<T>& c, std::ptrdiff_t i, std::ptrdiff_t count) {
    vec<T> v = broadcast(c.uniform);
    if (c.probabilities != nullptr) v = fma(load_first(c.probabilities + i, count), broadcast(c.share), v);
    if (c.weights != nullptr) v *= load_first(c.weights + i, count);
    return select<T>(first_lanes<T>(count), v, vec<T>{});
}

template <class T>
void loss_of_classes(const T* x, std::ptrdiff_t n, const ClassCoefficients<T>& c, T shift, T log_sum, T* loss, T* total) {
    *loss = lane_sum<T>(
        n, [&](std::ptrdiff_t i, std::ptrdiff_t count) __attribute__((always_inline)) {
            const vec<T> v = coefficients(c, i, count), log_p = (load_first(x + i, count) - broadcast(shift)) - broadcast(log_sum);
            return select<T>(v == vec<T>{}, vec<T>{}, -v * log_p);
        });
    *total = lane_sum<T>(
        n, [&](std::ptrdiff_t i, std::ptrdiff_t count) __attribute__((always_inline)) { return coefficients(c, i, count); });
}

template <class T>
void gradient_of_classes(T* p, std::ptrdiff_t n, const ClassCoefficients<T>& c, T factor, T scale) {
    if (c.probabilities == nullptr && c.uniform == 0) {  // labels alone
        for (std::ptrdiff_t i = 0; i < n; i += width<T>) {
            const std::ptrdiff_t count = n - i < width<T> ? n - i : width<T>;
            store_first(p + i, load_first(p + i, count) * factor, count);
        }
        return;
    }
    for (std::ptrdiff_t i = 0; i < n; i += width<T>) {
        const std::ptrdiff_t count = n - i < width<T> ? n - i : width<T>;
        store_first(p + i, load_first(p + i, count) * factor - coefficients(c, i, count) * scale, count);
    }
}

}  // namespace

extern const CrossEntropyKernels cross_entropy_kernels;
const CrossEntropyKernels cross_entropy_kernels = {{loss_of_classes<double>, gradient_of_classes<double>},
                                                   {loss_of_classes<float>, gradient_of_classes<float>}};

}  // namespace mlmath::MLMATH_LEVEL
