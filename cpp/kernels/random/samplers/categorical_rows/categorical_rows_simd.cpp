// SPDX-License-Identifier: BSD-3-Clause
// categorical_rows: the weights of a row and their sums. Compiled once per level.
#include <limits>

#include "kernels/random/samplers/categorical_rows/categorical_rows_parts.hpp"
#include "simd/math/exp.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// e^x for x <= 0; nothing below e^-700, -infinity included.
MLMATH_INLINE vec_f64 weight(vec_f64 x) {
    const vec_f64 lowest = broadcast(-700.0);
    return select<double>(x < lowest, vec_f64{}, math_detail::exp_in_range<double>(maximum<double>(x, lowest)));
}

template <class T>
MLMATH_INLINE bool largest_of(const T* x, std::ptrdiff_t n, T& largest) {
    constexpr int w = width<T>;
    const vec<T> lowest = broadcast(static_cast<T>(-infinity));
    vec<T> top = lowest;
    mask<T> nan = {};
    std::ptrdiff_t j = 0;
    for (; j + w <= n; j += w) {
        const vec<T> v = load(x + j);
        nan |= v != v;
        top = maximum<T>(v, top);
    }
    if (j < n) {
        const vec<T> v = load_first_or(x + j, n - j, lowest);
        nan |= v != v;
        top = maximum<T>(v, top);
    }
    alignas(64) T lane[w];
    store(lane, top);
    largest = fold<w>(lane, [](T a, T b) __attribute__((always_inline)) { return a > b ? a : b; });
    return any(nan);
}

template <class T>
RowStatus weights_of_row(const T* logits, std::ptrdiff_t n, double* weights, double* sums) {
    constexpr int w = width<double>;
    T largest;
    if (largest_of(logits, n, largest)) return RowStatus::nan;
    if (largest == static_cast<T>(infinity)) return RowStatus::infinite;
    if (largest == static_cast<T>(-infinity)) return RowStatus::impossible;
    const vec_f64 top = broadcast(static_cast<double>(largest));
    double sum = 0;
    for (std::ptrdiff_t first = 0; first < n; first += rows_chunk, weights += rows_chunk, logits += rows_chunk) {
        const std::ptrdiff_t count = n - first < rows_chunk ? n - first : rows_chunk;
        alignas(64) double lane[rows_chunk];
        if (count == rows_chunk) {
            MLMATH_UNROLL for (int j = 0; j < rows_chunk; j += w) {
                const vec_f64 e = weight(load_as_f64(logits + j) - top);
                store(weights + j, e);
                store(lane + j, e);
            }
        } else {
            for (int j = 0; j < rows_chunk; j += w) {
                vec_f64 e = {};
                if (j < count) {
                    const std::ptrdiff_t left = count - j < w ? count - j : w;
                    e = select<double>(first_lanes<double>(left), weight(load_first_as_f64(logits + j, left) - top), e);
                }
                store(weights + j, e);
                store(lane + j, e);
            }
        }
        sum += fold_sum<rows_chunk>(lane);
        *sums++ = sum;
    }
    return RowStatus::fine;
}

}  // namespace

extern const CategoricalRowsKernels categorical_rows_kernels;
const CategoricalRowsKernels categorical_rows_kernels = {weights_of_row<double>, weights_of_row<float>};

}  // namespace mlmath::MLMATH_LEVEL
