// SPDX-License-Identifier: BSD-3-Clause
// Rows of softmax, log-softmax and log-sum-exp. Compiled once per level.
#include "kernels/reduce/softmax/softmax_chunk.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// y[i] = f(x[i], register i). Streaming: an aligned y, its first lanes stored as usual.
template <class T, class Function>
MLMATH_INLINE void map(const T* x, std::ptrdiff_t n, T* y, bool streaming, Function&& f) {
    std::ptrdiff_t i = 0;
    if (streaming) {
        const auto past = static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(y) % register_bytes / sizeof(T));
        if (past != 0) {
            i = width<T> - past < n ? width<T> - past : n;
            store_first(y, f(load_first(x, i)), i);
        }
        for (; i + width<T> <= n; i += width<T>) stream(y + i, f(load(x + i)));
    } else {
        for (; i + width<T> <= n; i += width<T>) store(y + i, f(load(x + i)));
    }
    if (i < n) store_first(y + i, f(load_first(x + i, n - i)), n - i);
}

// The same down columns; f(x, first column of the register, how many).
template <class T, class Function>
MLMATH_INLINE void map_columns(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, T* y,
                               std::ptrdiff_t y_stride, Function&& make) {
    for (std::ptrdiff_t c = 0; c < columns; c += width<T>) {
        const std::ptrdiff_t here = columns - c < width<T> ? columns - c : width<T>;
        const auto f = make(c, here);
        if (here == width<T>) {
            for (std::ptrdiff_t j = 0; j < n; ++j) store(y + j * y_stride + c, f(load(x + j * x_stride + c)));
        } else {
            for (std::ptrdiff_t j = 0; j < n; ++j)
                store_first(y + j * y_stride + c, f(load_first(x + j * x_stride + c, here)), here);
        }
    }
}

template <class T>
void scale(const T* e, std::ptrdiff_t n, T factor, T* y, bool streaming) {
    map(
        e, n, y, streaming, [f = broadcast(factor)](vec<T> v) __attribute__((always_inline)) { return v * f; });
}
template <class T>
void exp_scale(const T* x, std::ptrdiff_t n, T maximum, T factor, T* y, bool streaming) {
    map(
        x, n, y, streaming,
        [ m = broadcast(finite_shift(maximum)), f = broadcast(factor) ](vec<T> v)
            __attribute__((always_inline)) { return exp_nonpositive<T>(v - m) * f; });
}
template <class T>
void shift(const T* x, std::ptrdiff_t n, T by, T log_sum, T* y, bool streaming) {
    map(
        x, n, y, streaming,
        [ m = broadcast(by), l = broadcast(log_sum) ](vec<T> v) __attribute__((always_inline)) { return (v - m) - l; });
}
template <class T>
void scale_columns(const T* e, std::ptrdiff_t e_stride, std::ptrdiff_t columns, std::ptrdiff_t n, const T* factor, T* y,
                   std::ptrdiff_t y_stride) {
    map_columns(
        e, e_stride, columns, n, y, y_stride, [&](std::ptrdiff_t c, std::ptrdiff_t here) __attribute__((always_inline)) {
            return [f = load_first(factor + c, here)](vec<T> v) __attribute__((always_inline)) { return v * f; };
        });
}
template <class T>
void exp_scale_columns(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, const T* maximum,
                       const T* factor, T* y, std::ptrdiff_t y_stride) {
    map_columns(
        x, x_stride, columns, n, y, y_stride, [&](std::ptrdiff_t c, std::ptrdiff_t here) __attribute__((always_inline)) {
            const vec<T> m = load_first(maximum + c, here);
            return [ m = select<T>(m == broadcast(minus_infinity<T>), vec<T>{}, m), f = load_first(factor + c, here) ](vec<T> v)
                __attribute__((always_inline)) {
                return exp_nonpositive<T>(v - m) * f;
            };
        });
}
template <class T>
void shift_columns(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, const T* by, const T* log_sum,
                   T* y, std::ptrdiff_t y_stride) {
    map_columns(
        x, x_stride, columns, n, y, y_stride, [&](std::ptrdiff_t c, std::ptrdiff_t here) __attribute__((always_inline)) {
            return [ m = load_first(by + c, here), l = load_first(log_sum + c, here) ](vec<T> v) __attribute__((always_inline)) {
                return (v - m) - l;
            };
        });
}
template <class T>
void stream_copy(const T* from, std::ptrdiff_t n, T* to) {
    map(
        from, n, to, true, [](vec<T> v) __attribute__((always_inline)) { return v; });
}

// Rows longer than short ones, several at a time: their logarithms and reciprocals share registers, their exponentials stay in L1.
template <class T, RowOutput output, bool streaming>
bool medium_rows(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, std::ptrdiff_t n, T* y, std::ptrdiff_t y_stride,
                 T* to_shift, T* to_log_sum) {
    constexpr std::ptrdiff_t batch = 16;
    constexpr bool exponentials = output == RowOutput::probabilities || output == RowOutput::both;
    const std::ptrdiff_t together = row_chunk / n > batch ? batch : row_chunk / n;
    bool special = false;
    LineWriter<T, streaming ? row_chunk : 1> lines(y);
    for (std::ptrdiff_t first = 0; first < rows; first += together) {
        const std::ptrdiff_t here = rows - first < together ? rows - first : together;
        alignas(64) double at_maximum[batch] = {}, rest[batch] = {}, log_sum[batch], inverse[batch];
        double maximum[batch];
        T* const results = streaming ? lines.room() : y + first * y_stride;
        const std::ptrdiff_t step = streaming ? n : y_stride;
        for (std::ptrdiff_t r = 0; r < here; ++r) {
            const T* const row = x + (first + r) * x_stride;
            const RowState state = chunk_state<exponentials, output != RowOutput::probabilities>(row, n, results + r * step);
            if (streaming) lines.leave_some(n);
            maximum[r] = state.maximum, at_maximum[r] = state.at_maximum, rest[r] = state.rest;
        }
        for (std::ptrdiff_t r = 0; r < here; r += width<double>) {
            const vec_f64 other = load(rest + r), top = load(at_maximum + r), one = broadcast(1.0);
            if constexpr (exponentials) store(inverse + r, one / (other + top));
            if constexpr (output != RowOutput::probabilities) store(log_sum + r, log1p(other + (top - one)));
        }
        for (std::ptrdiff_t r = 0; r < here; ++r) {
            T* const to = results + r * step;
            double by = finite_shift(maximum[r]);
            if (__builtin_isinf(maximum[r])) [[unlikely]] {
                special = true;
                if (maximum[r] > 0) {  // rest: 0 or NaN
                    by = 0;
                    log_sum[r] = maximum[r] + rest[r];
                    if constexpr (exponentials) inverse[r] = std::numeric_limits<double>::quiet_NaN();
                }
            }
            if constexpr (exponentials) scale<T>(to, n, static_cast<T>(inverse[r]), to, false);
            if constexpr (output == RowOutput::log_probabilities)
                shift<T>(x + (first + r) * x_stride, n, static_cast<T>(by), static_cast<T>(log_sum[r]), to, false);
            if constexpr (output == RowOutput::sums || output == RowOutput::both) {
                to_shift[first + r] = static_cast<T>(by);
                to_log_sum[first + r] = static_cast<T>(log_sum[r]);
            }
        }
        if (streaming) lines.add(here * n);
    }
    if (streaming) lines.finish();
    return special;
}

template <class T, RowOutput output>
bool rows(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, std::ptrdiff_t n, T* y, std::ptrdiff_t y_stride, T* to_shift,
          T* to_log_sum, bool streaming) {
    if constexpr (output == RowOutput::probabilities || output == RowOutput::log_probabilities)
        if (streaming) {
            return n > short_row<T> ? medium_rows<T, output, true>(x, x_stride, rows, n, y, y_stride, to_shift, to_log_sum)
                                    : short_rows<T, output, true>(x, x_stride, rows, n, y, y_stride, to_shift, to_log_sum);
        }
    return n > short_row<T> ? medium_rows<T, output, false>(x, x_stride, rows, n, y, y_stride, to_shift, to_log_sum)
                            : short_rows<T, output, false>(x, x_stride, rows, n, y, y_stride, to_shift, to_log_sum);
}

// The states' total. A row of chunks is a weighted row: chunk c has the maximum as its element and its sums as weights.
RowTotal merge_states(const RowState* states, std::ptrdiff_t stride, std::ptrdiff_t chunks, double* factors) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double maximum = minus_infinity<double>;
    for (std::ptrdiff_t c = 0; c < chunks; ++c)
        if (states[c * stride].maximum > maximum) maximum = states[c * stride].maximum;
    if (maximum == infinity) [[unlikely]] {
        double sum = infinity;
        for (std::ptrdiff_t c = 0; c < chunks; ++c)
            if (__builtin_isnan(states[c * stride].rest)) sum = states[c * stride].rest;
        for (std::ptrdiff_t c = 0; factors != nullptr && c < chunks; ++c) factors[c] = std::numeric_limits<double>::quiet_NaN();
        return {0, sum, true};
    }
    const double shift = finite_shift(maximum);
    constexpr int lanes = 32;
    double lane[lanes] = {}, at_maximum = 0;
    for (std::ptrdiff_t c = 0; c < chunks; ++c) {
        const RowState& state = states[c * stride];
        if (state.maximum == maximum) {
            at_maximum += state.at_maximum;
            lane[c % lanes] += state.rest;
            if (factors != nullptr) factors[c] = 1;
        } else {
            const double factor = exp_nonpositive<double>(broadcast(state.maximum - shift))[0];
            lane[c % lanes] += factor * (state.at_maximum + state.rest);
            if (factors != nullptr) factors[c] = factor;
        }
    }
    const double rest = fold_sum<lanes>(lane);
    if (factors != nullptr) {
        const double inverse = 1 / (at_maximum + rest);
        for (std::ptrdiff_t c = 0; c < chunks; ++c) factors[c] *= inverse;
    }
    return {shift, log1p(broadcast(rest + (at_maximum - 1)))[0], maximum == minus_infinity<double>};
}

template <class T>
constexpr RowKernels<T> row_kernels = {
    {rows<T, RowOutput::probabilities>, rows<T, RowOutput::log_probabilities>, rows<T, RowOutput::sums>, rows<T, RowOutput::both>},
    {short_columns<T, RowOutput::probabilities>, short_columns<T, RowOutput::log_probabilities>, short_columns<T, RowOutput::sums>,
     short_columns<T, RowOutput::both>},
    chunk<T>,
    weighted_chunk<T>,
    chunk_columns<T>,
    scale<T>,
    exp_scale<T>,
    shift<T>,
    scale_columns<T>,
    exp_scale_columns<T>,
    shift_columns<T>,
    stream_copy<T>,
};

}  // namespace

extern const SoftmaxKernels softmax_kernels;
const SoftmaxKernels softmax_kernels = {row_kernels<double>, row_kernels<float>, merge_states};

}  // namespace mlmath::MLMATH_LEVEL
