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
    // (Not by __builtin_isless: GCC makes a masked comparison of it that raises "invalid" for NaN.)
    using Int = typename Lane<T>::sint;
    constexpr Int magnitude = sizeof(T) == 8 ? Int(0x7fffffffffffffff) : Int(0x7fffffff);
    constexpr Int smallest_normal = sizeof(T) == 8 ? Int(0x0010000000000000) : Int(0x00800000);
    return (__builtin_bit_cast(Int, x) & magnitude) < smallest_normal ? T(0) : x;
}

// The larger of two numbers that are not negative; NaN when `fresh` is NaN. Bit patterns of such numbers are ordered as the numbers
// are, with NaN above infinity, and comparing integers raises no flag.
template <class T>
MLMATH_INLINE vec<T> larger(vec<T> kept, vec<T> fresh) {
    using Int = typename Lane<T>::sint;
    constexpr Int magnitude = sizeof(T) == 8 ? Int(0x7fffffffffffffff) : Int(0x7fffffff);
    return select<T>((bits_as<Int>(fresh) & magnitude) > (bits_as<Int>(kept) & magnitude), fresh, kept);
}
template <class T>
MLMATH_INLINE T larger(T kept, T fresh)
    requires(sizeof(T) < register_bytes)
{
    using Int = typename Lane<T>::sint;
    constexpr Int magnitude = sizeof(T) == 8 ? Int(0x7fffffffffffffff) : Int(0x7fffffff);
    return (__builtin_bit_cast(Int, fresh) & magnitude) > (__builtin_bit_cast(Int, kept) & magnitude) ? fresh : kept;
}

// -1, 0 or 1; NaN stays NaN.
template <class T>
MLMATH_INLINE vec<T> sign_of(vec<T> v) {
    using Int = typename Lane<T>::sint;
    constexpr Int magnitude = sizeof(T) == 8 ? Int(0x7fffffffffffffff) : Int(0x7fffffff);
    constexpr Int infinity = sizeof(T) == 8 ? Int(0x7ff0000000000000) : Int(0x7f800000);
    constexpr Int one = sizeof(T) == 8 ? Int(0x3ff0000000000000) : Int(0x3f800000);
    const auto bits = bits_as<Int>(v), size = bits & magnitude;
    return select<T>((size == 0) | (size > infinity), v, bits_as<T>((bits & ~magnitude) | one));
}
template <class T>
MLMATH_INLINE T sign_of(T x)
    requires(sizeof(T) < register_bytes)
{
    if (x == 0 || __builtin_isnan(x)) return x;
    return __builtin_signbit(x) ? T(-1) : T(1);
}

// Zero in place of a negative number; NaN stays NaN.
template <class T>
MLMATH_INLINE vec<T> not_below_zero(vec<T> v) {
    using Int = typename Lane<T>::sint;
    constexpr Int magnitude = sizeof(T) == 8 ? Int(0x7fffffffffffffff) : Int(0x7fffffff);
    constexpr Int infinity = sizeof(T) == 8 ? Int(0x7ff0000000000000) : Int(0x7f800000);
    const auto bits = bits_as<Int>(v);
    return select<T>((bits < 0) & ((bits & magnitude) <= infinity), vec<T>{}, v);
}
template <class T>
MLMATH_INLINE T not_below_zero(T x)
    requires(sizeof(T) < register_bytes)
{
    return !__builtin_isnan(x) && __builtin_signbit(x) ? T(0) : x;
}

// The gradient as the rule sees it. `Plain` skips both operations. Without decay x must not enter: 0 x of an infinite parameter is
// NaN, where PyTorch and a step without clipping leave it infinite. (The branch is the same for all elements.)
template <bool Plain, class T, class V>
MLMATH_INLINE V prepared(const GradientCoefficients<T>& c, V g, V x) {
    if constexpr (Plain) return g;
    g = c.scale * g;
    return c.decay == 0 ? g : g + c.decay * x;
}

// The first n elements, ones behind them: 0 / 0 there would raise a flag that belongs to nobody.
template <class T>
MLMATH_INLINE vec<T> first_or_one(const T* p, std::ptrdiff_t n) {
    return select<T>(first_lanes<T>(n), load_first(p, n), broadcast(T(1)));
}

// Applies rule(x, gradient, state0, state1, state2) to every element of the row; States: how many of them the rule reads and
// writes. No step of a rule is fused and none mixes lanes, so registers, tails and strided elements get the same bits on every
// level.
template <int States, class T, class Rule>
MLMATH_INLINE void apply_to_row(const ParameterRow<T>& row, Rule rule) {
    constexpr int W = width<T>;
    const std::ptrdiff_t n = row.n;
    T *x = row.x, *s[3] = {row.state[0], row.state[1], row.state[2]};
    const T* g = row.gradient;
    bool contiguous = row.x_stride == 1 && row.gradient_stride == 1;
    for (int k = 0; k < States; ++k) contiguous = contiguous && row.state_stride[k] == 1;

    if (contiguous) {
        std::ptrdiff_t i = 0;
        for (; i + W <= n; i += W) {
            vec<T> xv = load(x + i), sv[3] = {};
            MLMATH_UNROLL for (int k = 0; k < States; ++k) sv[k] = load(s[k] + i);
            rule(xv, load(g + i), sv[0], sv[1], sv[2]);
            store(x + i, xv);
            MLMATH_UNROLL for (int k = 0; k < States; ++k) store(s[k] + i, sv[k]);
        }
        if (i < n) {
            const std::ptrdiff_t left = n - i;
            vec<T> xv = first_or_one(x + i, left), sv[3] = {};
            MLMATH_UNROLL for (int k = 0; k < States; ++k) sv[k] = first_or_one(s[k] + i, left);
            rule(xv, first_or_one(g + i, left), sv[0], sv[1], sv[2]);
            store_first(x + i, xv, left);
            MLMATH_UNROLL for (int k = 0; k < States; ++k) store_first(s[k] + i, sv[k], left);
        }
        return;
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        T xi = x[i * row.x_stride], si[3] = {};
        for (int k = 0; k < States; ++k) si[k] = s[k][i * row.state_stride[k]];
        rule(xi, g[i * row.gradient_stride], si[0], si[1], si[2]);
        x[i * row.x_stride] = xi;
        for (int k = 0; k < States; ++k) s[k][i * row.state_stride[k]] = si[k];
    }
}

}  // namespace mlmath::MLMATH_LEVEL
