// SPDX-License-Identifier: BSD-3-Clause
// For the per-level units of update rules: a rule written once for a scalar and a register, applied to a row.
#pragma once
#include "kernels/optim/parameter_row.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
MLMATH_INLINE vec<T> root(vec<T> v) {
    return square_root(v);
}
template <class T>
MLMATH_INLINE T root(T x)
    requires(sizeof(T) < register_bytes)
{
    if constexpr (sizeof(T) == 8)
        return __builtin_sqrt(x);
    else
        return __builtin_sqrtf(x);
}

// Zero where |v| is below the smallest normal number.
// Constraint: with a zero gradient m <- 0.9 m ends at 4 units of the smallest denormal and stays there (0.9 * 4 rounds to 4);
//   arithmetic on denormals takes 100 times as long on some CPUs.
// Arithmetic: 0.9^t passes 1e-38 after 830 steps; what is dropped moves x by less than rate * 1e-38 / epsilon.
// Decision: drop it, by an integer comparison, which raises no flag for NaN.
template <class T>
MLMATH_INLINE vec<T> drop_denormal(vec<T> v) {
    using Int = typename Lane<T>::sint;
    constexpr Int magnitude = sizeof(T) == 8 ? Int(0x7fffffffffffffff) : Int(0x7fffffff);
    constexpr Int smallest_normal = sizeof(T) == 8 ? Int(0x0010000000000000) : Int(0x00800000);
    const auto bits = bits_as<Int>(v);
    return bits_as<T>(bits & ((bits & magnitude) >= smallest_normal));
}
template <class T>
MLMATH_INLINE T drop_denormal(T x)
    requires(sizeof(T) < register_bytes)
{
    constexpr T smallest_normal = sizeof(T) == 8 ? T(0x1p-1022) : T(0x1p-126);
    const T magnitude = sizeof(T) == 8 ? T(__builtin_fabs(x)) : T(__builtin_fabsf(static_cast<float>(x)));
    return __builtin_isless(magnitude, smallest_normal) ? T(0) : x;
}

// The first n elements, ones behind them: 0 / 0 there would raise a flag that belongs to nobody.
template <class T>
MLMATH_INLINE vec<T> first_or_one(const T* p, std::ptrdiff_t n) {
    return select<T>(first_lanes<T>(n), load_first(p, n), broadcast(T(1)));
}

// Applies rule(x, gradient, state0, state1) to every element of the row; States: how many of the states the rule reads and writes.
// No step of a rule is fused and none mixes lanes, so registers, tails and strided elements get the same bits on every level.
template <int States, class T, class Rule>
MLMATH_INLINE void apply_to_row(const ParameterRow<T>& row, Rule rule) {
    constexpr int W = width<T>;
    const std::ptrdiff_t n = row.n;
    T *x = row.x, *s0 = row.state[0], *s1 = row.state[1];
    const T* g = row.gradient;
    bool contiguous = row.x_stride == 1 && row.gradient_stride == 1;
    for (int s = 0; s < States; ++s) contiguous = contiguous && row.state_stride[s] == 1;

    if (contiguous) {
        std::ptrdiff_t i = 0;
        for (; i + W <= n; i += W) {
            vec<T> xv = load(x + i), s0v{}, s1v{};
            if constexpr (States > 0) s0v = load(s0 + i);
            if constexpr (States > 1) s1v = load(s1 + i);
            rule(xv, load(g + i), s0v, s1v);
            store(x + i, xv);
            if constexpr (States > 0) store(s0 + i, s0v);
            if constexpr (States > 1) store(s1 + i, s1v);
        }
        if (i < n) {
            const std::ptrdiff_t left = n - i;
            vec<T> xv = first_or_one(x + i, left), s0v = broadcast(T(1)), s1v = s0v;
            if constexpr (States > 0) s0v = first_or_one(s0 + i, left);
            if constexpr (States > 1) s1v = first_or_one(s1 + i, left);
            rule(xv, first_or_one(g + i, left), s0v, s1v);
            store_first(x + i, xv, left);
            if constexpr (States > 0) store_first(s0 + i, s0v, left);
            if constexpr (States > 1) store_first(s1 + i, s1v, left);
        }
        return;
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        T xi = x[i * row.x_stride], s0i{}, s1i{};
        if constexpr (States > 0) s0i = s0[i * row.state_stride[0]];
        if constexpr (States > 1) s1i = s1[i * row.state_stride[1]];
        rule(xi, g[i * row.gradient_stride], s0i, s1i);
        x[i * row.x_stride] = xi;
        if constexpr (States > 0) s0[i * row.state_stride[0]] = s0i;
        if constexpr (States > 1) s1[i * row.state_stride[1]] = s1i;
    }
}

}  // namespace mlmath::MLMATH_LEVEL
