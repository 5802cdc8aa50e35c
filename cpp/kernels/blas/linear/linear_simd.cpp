// SPDX-License-Identifier: BSD-3-Clause
// linear's tails: bias and activation of some rows. Compiled once per level.
#include "kernels/blas/linear/linear_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Identity {
    template <class T>
    MLMATH_INLINE static vec<T> of(vec<T> s) {
        return s;
    }
};
struct Relu {
    template <class T>
    MLMATH_INLINE static vec<T> of(vec<T> s) {
        using namespace math_detail;
        const mask<T> negative = (bits<T>(s) < ints_of<T>(0)) & (magnitude_bits<T>(s) <= ints_of<T>(infinity_bits<T>));
        return select<T>(negative, vec<T>{}, s);  // by its bits: comparing a NaN would raise a flag
    }
};
struct Sigmoid {
    template <class T>
    MLMATH_INLINE static vec<T> of(vec<T> s) {
        return sigmoid(s);
    }
};
struct Tanh {
    template <class T>
    MLMATH_INLINE static vec<T> of(vec<T> s) {
        return tanh(s);
    }
};
struct Gelu {
    template <class T>
    MLMATH_INLINE static vec<T> of(vec<T> s) {
        return s * ndtr(s);
    }
};

template <class F, class T>
void tail(T* c, std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t row_stride, const T* bias) {
    constexpr int W = width<T>;
    for (std::ptrdiff_t i = 0; i < rows; ++i, c += row_stride) {
        std::ptrdiff_t j = 0;
        for (; j + W <= columns; j += W) {
            const vec<T> s = load(c + j);
            store(c + j, F::template of<T>(bias == nullptr ? s : s + load(bias + j)));
        }
        if (j == columns) continue;
        const std::ptrdiff_t count = columns - j;
        const vec<T> s = load_first(c + j, count);  // zeros behind: no function has a flag for 0
        store_first(c + j, F::template of<T>(bias == nullptr ? s : s + load_first(bias + j, count)), count);
    }
}

template <class T>
constexpr LinearTails<T> tails = {{tail<Identity, T>, tail<Relu, T>, tail<Sigmoid, T>, tail<Tanh, T>, tail<Gelu, T>}};

}  // namespace

extern const LinearKernels linear_kernels;
const LinearKernels linear_kernels = {tails<float>, tails<double>};

}  // namespace mlmath::MLMATH_LEVEL
