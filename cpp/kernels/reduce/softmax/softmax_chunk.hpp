// SPDX-License-Identifier: BSD-3-Clause
// A chunk of a row that is longer than a short one: along memory, or a register of columns side by side. For kernel units.
//
// Element i of a chunk belongs to lane i mod reduction_lanes; the lanes are then folded in halves. Both directions perform the same
// additions in the same order.
#pragma once
#include "kernels/reduce/softmax/softmax_short.hpp"

namespace mlmath::MLMATH_LEVEL {

// Constraint: AVX2 and SSE have 16 registers, and an exponential needs half of them. Decision: sweeps of 4 sums (AVX-512: all).
constexpr int chunk_registers = reduction_registers<double>, chunk_sweep = chunk_registers < 4 ? chunk_registers : 4;

template <class T>
MLMATH_INLINE T fold_maximum(vec<T> v) {
    alignas(64) T lane[width<T>];
    store(lane, v);
    return fold<width<T>>(
        lane, [](T a, T b) __attribute__((always_inline)) { return a > b ? a : b; });
}

// The largest element, NaN passed over; -infinity when there is none.
template <class T>
MLMATH_INLINE T run_maximum(const T* x, std::ptrdiff_t n) {
    vec<T> m[4];
    MLMATH_UNROLL for (int r = 0; r < 4; ++r) m[r] = broadcast(minus_infinity<T>);
    std::ptrdiff_t i = 0;
    for (; i + 4 * width<T> <= n; i += 4 * width<T>)
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) m[r] = row_maximum<T>(load(x + i + r * width<T>), m[r]);
    for (; i + width<T> <= n; i += width<T>) m[0] = row_maximum<T>(load(x + i), m[0]);
    if (i < n) m[1] = row_maximum<T>(load_first_or(x + i, n - i, m[1]), m[1]);
    return fold_maximum<T>(row_maximum<T>(row_maximum<T>(m[0], m[1]), row_maximum<T>(m[2], m[3])));
}

// What is subtracted from the elements: the maximum, but 0 in a chunk of -infinity, whose exponentials are then 0.
template <class T>
MLMATH_INLINE T finite_shift(T maximum) {
    return maximum == minus_infinity<T> ? T(0) : maximum;
}

template <class T>
__attribute__((noinline)) RowState infinite_chunk(const T* x, std::ptrdiff_t n) {
    double rest = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i)
        if (__builtin_isnan(x[i])) rest = x[i];
    return {std::numeric_limits<double>::infinity(), 1, rest};
}

// sum_i term(d_i) in lanes, where term(v, at, e) gives what is added. Elements beyond n are -infinity.
template <class T, class Each>
MLMATH_INLINE T lane_sum(std::ptrdiff_t n, Each&& each) {
    vec<T> total[chunk_registers];
    constexpr std::ptrdiff_t step = chunk_registers * width<T>;
    const std::ptrdiff_t whole = n / step * step;
    MLMATH_UNROLL for (int first = 0; first < chunk_registers; first += chunk_sweep) {
        vec<T> sum[chunk_sweep];
        MLMATH_UNROLL for (int r = 0; r < chunk_sweep; ++r) sum[r] = vec<T>{};
        for (std::ptrdiff_t i = 0; i < whole; i += step)
            MLMATH_UNROLL for (int r = 0; r < chunk_sweep; ++r) sum[r] += each(i + (first + r) * width<T>, width<T>);
        MLMATH_UNROLL for (int r = 0; r < chunk_sweep; ++r) {
            const std::ptrdiff_t at = whole + (first + r) * width<T>;
            if (at < n) sum[r] += each(at, n - at < width<T> ? n - at : width<T>);
        }
        MLMATH_UNROLL for (int r = 0; r < chunk_sweep; ++r) total[first + r] = sum[r];
    }
    MLMATH_UNROLL for (int half = chunk_registers / 2; half >= 1; half /= 2) MLMATH_UNROLL for (int r = 0; r < half; ++r)
        total[r] += total[r + half];
    alignas(64) T lane[width<T>];
    store(lane, total[0]);
    return fold_sum<width<T>>(lane);
}

// The state, and the exponentials where `exponentials`. `separate`: maxima are counted apart from the rest; otherwise rest is the
// whole sum, which is all that probabilities need.
template <bool exponentials, bool separate, class T>
RowState chunk_state(const T* x, std::ptrdiff_t n, T* e) {
    const T maximum = run_maximum(x, n);
    RowState infinite_state{maximum, 0, 0};
    const bool infinite = maximum == std::numeric_limits<T>::infinity();
    if (infinite && separate) [[unlikely]]
        infinite_state = infinite_chunk(x, n);
    const vec<T> shift = broadcast(finite_shift(maximum));
    vec<T> tops{};
    const T rest = lane_sum<T>(
        n, [&](std::ptrdiff_t i, std::ptrdiff_t count) __attribute__((always_inline)) {
            const vec<T> v = count == width<T> ? load(x + i) : load_first_or(x + i, count, broadcast(minus_infinity<T>));
            const vec<T> d = v - shift, value = exp_nonpositive<T>(d);
            if constexpr (exponentials) {
                if (count == width<T>)
                    store(e + i, value);
                else
                    store_first(e + i, value, count);
            }
            if constexpr (!separate) return value;
            const mask<T> top = d == vec<T>{};
            tops = select<T>(top, tops + T(1), tops);
            return select<T>(top, vec<T>{}, value);
        });
    if (!separate) return {maximum, 0, rest};
    if (infinite) [[unlikely]]
        return infinite_state;
    alignas(64) T lane[width<T>];
    store(lane, tops);
    return {maximum, fold_sum<width<T>>(lane), rest};
}

template <class T>
void chunk(const T* x, std::ptrdiff_t n, T* e, bool separate, RowState* state) {
    if (e == nullptr)
        *state = separate ? chunk_state<false, true>(x, n, e) : chunk_state<false, false>(x, n, e);
    else
        *state = separate ? chunk_state<true, true>(x, n, e) : chunk_state<true, false>(x, n, e);
}

// An element of weight 0 takes no part, whatever it is. Maximum +infinity: the sums of weight * infinity.
template <class T>
void weighted_chunk(const T* x, const T* weights, std::ptrdiff_t n, RowState* state) {
    alignas(64) T used[row_chunk + width<T>];
    for (std::ptrdiff_t i = 0; i < n; i += width<T>) {
        const std::ptrdiff_t count = n - i < width<T> ? n - i : width<T>;
        const vec<T> w = load_first(weights + i, count), v = load_first_or(x + i, count, broadcast(minus_infinity<T>));
        store(used + i, select<T>(w == vec<T>{}, broadcast(minus_infinity<T>), v));
    }
    const T maximum = run_maximum<T>(used, n);
    if (maximum == std::numeric_limits<T>::infinity()) {
        double sum = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i)
            if (!(used[i] < maximum)) sum += static_cast<double>(weights[i]) * static_cast<double>(used[i]);
        *state = {maximum, sum, 0};
        return;
    }
    const vec<T> shift = broadcast(finite_shift(maximum));
    const auto part = [&](bool top_part) __attribute__((always_inline)) {
        return lane_sum<T>(
            n, [&](std::ptrdiff_t i, std::ptrdiff_t count) __attribute__((always_inline)) {
                const vec<T> d = load(used + i) - shift, w = load_first(weights + i, count);
                const mask<T> top = d == vec<T>{};
                if (top_part) return select<T>(top, w, vec<T>{});
                // An infinite weight of an exponential that has vanished: infinity times zero, as the formula has it.
                const vec<T> term = w * exp_nonpositive<T>(d);
                return select<T>(top | (w == vec<T>{}), vec<T>{}, term);
            });
    };
    *state = {maximum, part(true), part(false)};
}

template <bool exponentials, bool separate, class T>
void chunk_of_columns(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, T* e, RowState* states) {
    constexpr std::ptrdiff_t lanes = reduction_lanes<T>;
    alignas(64) T lane[lanes][width<T>];
    for (std::ptrdiff_t c = 0; c < columns; c += width<T>) {
        const std::ptrdiff_t here = columns - c < width<T> ? columns - c : width<T>;
        vec<T> maximum = broadcast(minus_infinity<T>);
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const T* const p = x + j * x_stride + c;
            prefetch(p + columns);  // the columns to the right, which come next
            const vec<T> v = here == width<T> ? load(p) : load_first(p, here);
            store(e + j * row_columns<T> + c, v);
            maximum = row_maximum<T>(v, maximum);
        }
        const vec<T> shift = select<T>(maximum == broadcast(minus_infinity<T>), vec<T>{}, maximum);
        const std::ptrdiff_t filled = n < lanes ? n : lanes;
        for (std::ptrdiff_t l = 0; l < filled; ++l) store(lane[l], vec<T>{});
        vec<T> tops{}, nans{};
        for (std::ptrdiff_t first = 0; first < n; first += lanes) {
            const std::ptrdiff_t end = n - first < lanes ? n - first : lanes;
            for (std::ptrdiff_t l = 0; l < end; ++l) {
                T* const at = e + (first + l) * row_columns<T> + c;
                const vec<T> v = load(at), d = v - shift, value = exp_nonpositive<T>(d), sum = load(lane[l]);
                if constexpr (separate) {
                    const mask<T> top = d == vec<T>{};
                    tops = select<T>(top, tops + T(1), tops);
                    nans = select<T>(v == v, nans, v);
                    store(lane[l], select<T>(top, sum, sum + value));
                } else {
                    store(lane[l], sum + value);
                }
                if constexpr (exponentials) store(at, value);
            }
        }
        for (std::ptrdiff_t half = lanes / 2; half >= 1; half /= 2)
            for (std::ptrdiff_t l = 0; l < half && l + half < filled; ++l) store(lane[l], load(lane[l]) + load(lane[l + half]));
        for (std::ptrdiff_t l = 0; l < here; ++l) {
            const bool infinite = separate && maximum[l] == std::numeric_limits<T>::infinity();
            states[c + l] = {maximum[l], infinite ? T(1) : tops[l], infinite ? nans[l] : lane[0][l]};
        }
    }
}

template <class T>
void chunk_columns(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, T* e, bool exponentials,
                   bool separate, RowState* states) {
    if (exponentials)
        chunk_of_columns<true, false>(x, x_stride, columns, n, e, states);
    else if (separate)
        chunk_of_columns<false, true>(x, x_stride, columns, n, e, states);
    else
        chunk_of_columns<false, false>(x, x_stride, columns, n, e, states);
}

}  // namespace mlmath::MLMATH_LEVEL
