// SPDX-License-Identifier: BSD-3-Clause
// exp, the ladder: one idea per rung.
#include "kernels/elementwise/exp/exp_ladder.hpp"

#include <cmath>

#include "kernels/elementwise/exp/exp.hpp"

namespace mlmath::ladder {
namespace {

template <class T, class Function>
void each(VectorView<const T> x, VectorView<T> y, Function&& f) {
    for (std::ptrdiff_t i = 0; i < x.size; ++i) y.data[i * y.stride] = f(x.data[i * x.stride]);
}

// 1 + x + x^2/2! + x^3/3! + ...
template <class T>
T series(T x) {
    T sum = 1, term = 1;
    for (int k = 1; k < 2000; ++k) {
        term *= x / static_cast<T>(k);
        const T next = sum + term;
        if (next == sum && static_cast<T>(k) > std::fabs(x)) break;
        sum = next;
    }
    return sum;
}

// What rung 3 needs of a format: ln 2 in two parts, the first with so few bits that n times it is exact, and the terms of
// (e^r - 1 - r) / r^2 on |r| <= ln(2)/2 (simd/math_coefficients.py).
template <class T>
struct Fitted;
template <>
struct Fitted<double> {
    static constexpr double ln2_high = 0x1.62e42fefa3800p-1, ln2_low = 0x1.ef35793c76730p-45;
    static constexpr double terms[] = {0x1.000000000000bp-1,  0x1.5555555555561p-3,  0x1.5555555550030p-5,  0x1.111111110d63dp-7,
                                       0x1.6c16c185a7594p-10, 0x1.a01a01bae17b4p-13, 0x1.a0199693b7633p-16, 0x1.71dddfcd3d669p-19,
                                       0x1.28b049187b366p-22, 0x1.af8585facd236p-26};
};
template <>
struct Fitted<float> {
    static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;
    static constexpr float terms[] = {0x1.000000p-1f, 0x1.55548ep-3f, 0x1.55545ep-5f, 0x1.123b56p-7f, 0x1.6db428p-10f};
};

constexpr double log2_e = 1.4426950408889634, ln2 = 0.6931471805599453;

}  // namespace

template <class T>
void exp_naive(VectorView<const T> x, VectorView<T> y, int) {
    each(x, y, [](T v) { return series(v); });
}

template <class T>
void exp_range_reduction(VectorView<const T> x, VectorView<T> y, int) {
    each(x, y, [](T v) {
        const T n = std::nearbyint(v * static_cast<T>(log2_e));
        const T r = v - n * static_cast<T>(ln2);
        return std::ldexp(series(r), static_cast<int>(n));
    });
}

template <class T>
void exp_polynomial(VectorView<const T> x, VectorView<T> y, int) {
    each(x, y, [](T v) {
        const T n = std::nearbyint(v * static_cast<T>(log2_e));
        const T exact = v - n * Fitted<T>::ln2_high, r = exact - n * Fitted<T>::ln2_low;
        const T r_low = (exact - r) - n * Fitted<T>::ln2_low;
        T q = 0;
        for (int k = static_cast<int>(sizeof Fitted<T>::terms / sizeof(T)) - 1; k >= 0; --k) q = q * r + Fitted<T>::terms[k];
        const T sum = 1 + r, lost = (1 - sum) + r;
        return std::ldexp(sum + (r * r * q + (lost + r_low)), static_cast<int>(n));
    });
}

template <class T>
void exp_simd(VectorView<const T> x, VectorView<T> y, int) {
    if (x.size > 0) exp_function().of(x.data)({{x.data}, {x.stride}, y.data, y.stride, x.size, false});
}

#define MLMATH_EXP_RUNG(rung)                                              \
    template void rung(VectorView<const double>, VectorView<double>, int); \
    template void rung(VectorView<const float>, VectorView<float>, int)
MLMATH_EXP_RUNG(exp_naive);
MLMATH_EXP_RUNG(exp_range_reduction);
MLMATH_EXP_RUNG(exp_polynomial);
MLMATH_EXP_RUNG(exp_simd);
#undef MLMATH_EXP_RUNG

}  // namespace mlmath::ladder
