// SPDX-License-Identifier: BSD-3-Clause
// standardize of some lines. Compiled once per level.
#include "kernels/preprocessing/standardize/standardize_kernels.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Mean and scale of the next elements: each its own (step 1) or one for the line (step 0).
template <class T, int Step>
MLMATH_INLINE vec<T> feature(const T* p, std::ptrdiff_t j) {
    if constexpr (Step == 0) return broadcast(*p);
    return load(p + j);
}
// Behind the first `count` lanes: `rest`, so that no lane divides by zero.
template <class T, int Step>
MLMATH_INLINE vec<T> feature_first(const T* p, std::ptrdiff_t j, std::ptrdiff_t count, T rest) {
    if constexpr (Step == 0) return broadcast(*p);
    return load_first_or(p + j, count, broadcast(rest));
}

template <class T, bool Mean, bool Scale, bool Backwards>
MLMATH_INLINE vec<T> step_of(vec<T> x, vec<T> mean, vec<T> scale) {
    if constexpr (Backwards) {
        if constexpr (Scale) x = x * scale;
        if constexpr (Mean) x = x + mean;
    } else {
        if constexpr (Mean) x = x - mean;
        // A division, not a product with 1 / s: the quotient rounded once is what NumPy's expression gives, and memory is slower.
        if constexpr (Scale) x = x / scale;
    }
    return x;
}

template <class T, bool Mean, bool Scale, bool Backwards, int Step>
bool lines_of(const StandardizeLines<T>& l) {
    constexpr int W = width<T>;
    const vec<T> infinity = broadcast(static_cast<T>(__builtin_inf()));
    mask<T> infinite{};
    for (std::ptrdiff_t i = 0; i < l.lines; ++i) {
        const T* const x = l.x + i * l.x_stride;
        T* const y = l.y + i * l.y_stride;
        const T* const mean = Step == 0 ? l.mean + i : l.mean;
        const T* const scale = Step == 0 ? l.scale + i : l.scale;
        std::ptrdiff_t j = 0;
        for (; j + W <= l.length; j += W) {
            const vec<T> v = load(x + j);
            infinite |= absolute(v) == infinity;
            vec<T> m{}, s{};
            if constexpr (Mean) m = feature<T, Step>(mean, j);
            if constexpr (Scale) s = feature<T, Step>(scale, j);
            store(y + j, step_of<T, Mean, Scale, Backwards>(v, m, s));
        }
        if (j == l.length) continue;
        const std::ptrdiff_t count = l.length - j;
        const vec<T> v = load_first(x + j, count);
        infinite |= absolute(v) == infinity;
        vec<T> m{}, s{};
        if constexpr (Mean) m = feature_first<T, Step>(mean, j, count, T(0));
        if constexpr (Scale) s = feature_first<T, Step>(scale, j, count, T(1));
        store_first(y + j, step_of<T, Mean, Scale, Backwards>(v, m, s), count);
    }
    return any(infinite);
}

template <class T, bool Backwards, int Step>
bool by_steps(const StandardizeLines<T>& l) {
    if (l.mean != nullptr)
        return l.scale != nullptr ? lines_of<T, true, true, Backwards, Step>(l) : lines_of<T, true, false, Backwards, Step>(l);
    return l.scale != nullptr ? lines_of<T, false, true, Backwards, Step>(l) : lines_of<T, false, false, Backwards, Step>(l);
}

template <class T>
bool lines(const StandardizeLines<T>& l) {
    if (l.backwards) return l.feature_step == 0 ? by_steps<T, true, 0>(l) : by_steps<T, true, 1>(l);
    return l.feature_step == 0 ? by_steps<T, false, 0>(l) : by_steps<T, false, 1>(l);
}

// == and != raise no flag for NaN, as < would.
template <class T>
MLMATH_INLINE mask<T> not_finite(vec<T> v) {
    return (absolute(v) == broadcast(static_cast<T>(__builtin_inf()))) | (v != v);
}

template <class T, bool Scale>
bool divided_of(const StandardizeLines<T>& l) {
    constexpr int W = width<T>;
    mask<T> wrong{};
    for (std::ptrdiff_t i = 0; i < l.lines; ++i) {
        T* const y = l.y + i * l.y_stride;
        std::ptrdiff_t j = 0;
        for (; j + W <= l.length; j += W) {
            vec<T> v = load(y + j);
            if constexpr (Scale) store(y + j, v = v / load(l.scale + j));
            wrong |= not_finite<T>(v);
        }
        if (j == l.length) continue;
        const std::ptrdiff_t count = l.length - j;
        vec<T> v = load_first(y + j, count);
        if constexpr (Scale) store_first(y + j, v = v / load_first_or(l.scale + j, count, broadcast(T(1))), count);
        wrong |= not_finite<T>(v);
    }
    return !any(wrong);
}

template <class T>
bool divided(const StandardizeLines<T>& l) {
    return l.scale != nullptr ? divided_of<T, true>(l) : divided_of<T, false>(l);
}

}  // namespace

extern const StandardizeKernels standardize_kernels;
const StandardizeKernels standardize_kernels = {lines<float>, lines<double>, divided<float>, divided<double>};

}  // namespace mlmath::MLMATH_LEVEL
