// SPDX-License-Identifier: BSD-3-Clause
// Short rows, one per lane: a tile of `width` rows stands in memory with its columns as registers. For kernel units.
//
// A row's sum has four running sums (element j in sum j mod 4, then (0 + 2) + (1 + 3)): the order is the row's own, whatever the
// number of lanes.
#pragma once
#include "kernels/reduce/softmax/softmax_exp.hpp"
#include "kernels/reduce/softmax/softmax_parts.hpp"
#include "simd/math.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {

// The larger of the two; a NaN in `v` is passed over (it will show in the sum).
template <class T>
MLMATH_INLINE vec<T> row_maximum(vec<T> v, vec<T> so_far) {
    return maximum<T>(v, so_far);
}

template <class T>
struct ShortTile {
    static constexpr int unroll = 4;
    alignas(64) vec<T> column[short_row<T> + width<T>];  // the last register block may be only partly used
    vec<T> shift, log_sum, inverse;

    // calls step(j, k), k = j mod 4, for every column
    template <class Step>
    static MLMATH_INLINE void each(std::ptrdiff_t n, Step&& step) {
        std::ptrdiff_t j = 0;
        for (; j + unroll <= n; j += unroll) {
            step(j, 0);
            step(j + 1, 1);
            step(j + 2, 2);
            step(j + 3, 3);
        }
        if (j < n) step(j, 0);
        if (j + 1 < n) step(j + 1, 1);
        if (j + 2 < n) step(j + 2, 2);
    }
    static MLMATH_INLINE vec<T> total(const vec<T> (&sum)[unroll]) { return (sum[0] + sum[2]) + (sum[1] + sum[3]); }

    // column[]: x on entry; on return y, or x where y = (x - shift) - log_sum is still to be formed. Lanes from `rows` on do not
    // count.
    template <RowOutput output>
    MLMATH_INLINE bool reduce(vec<T> maximum, std::ptrdiff_t n, std::ptrdiff_t rows) {
        using namespace math_detail;
        const bool special = any((magnitude_bits<T>(maximum) == ints_of<T>(infinity_bits<T>)) & first_lanes<T>(rows));
        shift = maximum;
        vec<T> infinite_sum;
        if (special) [[unlikely]] {
            shift = select<T>(maximum == broadcast(minus_infinity<T>), vec<T>{}, maximum);
            if constexpr (output != RowOutput::probabilities) infinite_sum = infinity_or_nan(maximum, n);
        }
        vec<T> sum[unroll] = {}, count[2] = {};
        each(
            n, [&](std::ptrdiff_t j, int k) __attribute__((always_inline)) {
                const vec<T> d = column[j] - shift, e = exp_nonpositive<T>(d);
                if constexpr (output == RowOutput::probabilities) {
                    sum[k] += e;
                } else {
                    const mask<T> top = d == vec<T>{};
                    sum[k] = select<T>(top, sum[k], sum[k] + e);
                    count[k % 2] = select<T>(top, count[k % 2] + T(1), count[k % 2]);
                }
                if constexpr (output == RowOutput::probabilities || output == RowOutput::both) column[j] = e;
            });
        const vec<T> rest = total(sum), one = broadcast(T(1)), at_maximum = count[0] + count[1];
        if constexpr (output == RowOutput::probabilities || output == RowOutput::both) inverse = one / (rest + at_maximum);
        if constexpr (output != RowOutput::probabilities) {
            log_sum = log1p(rest + (at_maximum - one));
            if (special) [[unlikely]] {
                const mask<T> positive = maximum == broadcast(std::numeric_limits<T>::infinity());
                shift = select<T>(positive, vec<T>{}, shift);
                log_sum = select<T>(positive, infinite_sum, log_sum);
            }
        }
        return special;
    }

    // The log-sum of rows whose maximum is +infinity (with shift 0): that, or NaN when the row has one. Rows of -infinity need no
    // care: shift is 0, and log1p(0 + 0 - 1) is -infinity.
    __attribute__((noinline)) vec<T> infinity_or_nan(vec<T> maximum, std::ptrdiff_t n) const {
        for (std::ptrdiff_t j = 0; j < n; ++j) maximum = select<T>(column[j] == column[j], maximum, column[j]);
        return maximum;
    }

    template <RowOutput output>
    MLMATH_INLINE vec<T> result(std::ptrdiff_t j) const {
        if constexpr (output == RowOutput::log_probabilities)
            return (column[j] - shift) - log_sum;
        else
            return column[j] * inverse;
    }
    MLMATH_INLINE void store_sums(T* to_shift, T* to_log_sum, std::ptrdiff_t rows) const {
        store_first(to_shift, shift, rows);
        store_first(to_log_sum, log_sum, rows);
    }
};

// Results that lie one behind the other, gathered so that whole registers at whole addresses go past the caches. Constraint: a
// store buffer that waits for memory must not stop the arithmetic, and a register must not be read back while its parts are still
// on their way into L1. Decision: the last KiB stays behind, the rest leaves before more is gathered.
template <class T, std::ptrdiff_t most_added>
class LineWriter {
public:
    explicit LineWriter(T* y)
        : skew_(static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(y) % register_bytes / sizeof(T))),
          to_(y - skew_),
          filled_(skew_) {}

    // Room for most_added elements and a register behind them.
    T* room() { return stage_ + filled_; }
    // `count` elements stand there now.
    void add(std::ptrdiff_t count) {
        filled_ += count;
        if (filled_ > capacity) {
            leave(filled_);
            store(stage_, load(stage_ + left_));
            to_ += left_;
            filled_ -= left_;
            left_ = 0;
        }
    }
    // Up to about `count` elements leave.
    void leave_some(std::ptrdiff_t count) { leave(filled_ - behind < left_ + count ? filled_ - behind : left_ + count); }
    void finish() {
        leave(filled_);
        for (std::ptrdiff_t i = left_ > skew_ ? left_ : skew_; i < filled_; ++i) to_[i] = stage_[i];
    }

private:
    void leave(std::ptrdiff_t end) {
        if (skew_ > 0 && end >= width<T>) {  // the first register is not all ours
            for (std::ptrdiff_t i = skew_; i < width<T>; ++i) to_[i] = stage_[i];
            left_ = width<T>;
            skew_ = 0;
        }
        for (; left_ + width<T> <= end; left_ += width<T>) stream(to_ + left_, load(stage_ + left_));
    }

    static constexpr std::ptrdiff_t behind = 1024 / static_cast<std::ptrdiff_t>(sizeof(T)), capacity = most_added + behind;
    alignas(64) T stage_[capacity + most_added + 2 * width<T>];
    std::ptrdiff_t skew_;
    T* to_;  // where stage_[0] belongs
    std::ptrdiff_t filled_, left_ = 0;
};

template <class T>
MLMATH_INLINE vec<T> load_row_tile(const T* from, std::ptrdiff_t x_stride, std::ptrdiff_t rows, std::ptrdiff_t n, vec<T>* column) {
    vec<T> maximum[2] = {broadcast(minus_infinity<T>), broadcast(minus_infinity<T>)};
    for (std::ptrdiff_t first = 0; first < n; first += width<T>) {
        const std::ptrdiff_t count = n - first < width<T> ? n - first : width<T>;
        vec<T> block[width<T>];
        if (rows == width<T>) [[likely]] {
            MLMATH_UNROLL for (int i = 0; i < width<T>; ++i) {
                const T* const p = from + i * x_stride + first;
                block[i] = count == width<T> ? load(p) : load_first(p, count);
            }
        } else {
            MLMATH_UNROLL for (int i = 0; i < width<T>; ++i) block[i] =
                i < rows ? load_first(from + i * x_stride + first, count) : vec<T>{};
        }
        transpose<T>(block);
        MLMATH_UNROLL for (int j = 0; j < width<T>; ++j) column[first + j] = block[j];
        if (count == width<T>) {
            MLMATH_UNROLL for (int j = 0; j < width<T>; ++j) maximum[j % 2] = row_maximum<T>(block[j], maximum[j % 2]);
        } else {
            MLMATH_UNROLL for (int j = 0; j < width<T>; ++j) if (j < count) maximum[j % 2] =
                row_maximum<T>(block[j], maximum[j % 2]);
        }
    }
    return row_maximum<T>(maximum[0], maximum[1]);
}

template <class T, RowOutput output, bool streaming>
bool short_rows(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, std::ptrdiff_t n, T* y, std::ptrdiff_t y_stride, T* shift,
                T* log_sum) {
    constexpr bool results = output != RowOutput::sums;
    ShortTile<T> tile;
    bool special = false;
    LineWriter<T, short_row<T> * width<T>> lines(y);
    for (std::ptrdiff_t r = 0; r < rows; r += width<T>) {
        const std::ptrdiff_t here = rows - r < width<T> ? rows - r : width<T>;
        const vec<T> maximum = load_row_tile<T>(x + r * x_stride, x_stride, here, n, tile.column);
        special |= tile.template reduce<output>(maximum, n, here);
        if constexpr (results) {
            // While they are gathered, rows lie one behind the other: what a register of the last columns writes beyond its row is
            // written over by the next row's, or by its first columns, which come later.
            T* const to = streaming ? lines.room() : y + r * y_stride;
            for (std::ptrdiff_t first = (n - 1) / width<T> * width<T>; first >= 0; first -= width<T>) {
                vec<T> block[width<T>];
                MLMATH_UNROLL for (int j = 0; j < width<T>; ++j) block[j] = tile.template result<output>(first + j);
                transpose<T>(block);
                if (streaming) {
                    MLMATH_UNROLL for (int i = 0; i < width<T>; ++i) store(to + i * n + first, block[i]);
                } else if (here == width<T> && n - first >= width<T>) {
                    MLMATH_UNROLL for (int i = 0; i < width<T>; ++i) store(to + i * y_stride + first, block[i]);
                } else {
                    const std::ptrdiff_t count = n - first < width<T> ? n - first : width<T>;
                    MLMATH_UNROLL for (int i = 0; i < width<T>; ++i) if (i < here)
                        store_first(to + i * y_stride + first, block[i], count);
                }
            }
            if (streaming) {
                lines.leave_some(short_row<T> * width<T>);
                lines.add(here * n);
            }
        }
        if constexpr (output == RowOutput::sums || output == RowOutput::both) tile.store_sums(shift + r, log_sum + r, here);
    }
    if (streaming) lines.finish();
    return special;
}

template <class T, RowOutput output>
bool short_columns(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, T* y, std::ptrdiff_t y_stride,
                   T* shift, T* log_sum) {
    ShortTile<T> tile;
    bool special = false;
    for (std::ptrdiff_t c = 0; c < columns; c += width<T>) {
        const std::ptrdiff_t here = columns - c < width<T> ? columns - c : width<T>;
        vec<T> maximum = broadcast(minus_infinity<T>);
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const T* const p = x + j * x_stride + c;
            const vec<T> v = here == width<T> ? load(p) : load_first(p, here);
            prefetch(p + 4 * width<T>);
            tile.column[j] = v;
            maximum = row_maximum<T>(v, maximum);
        }
        special |= tile.template reduce<output>(maximum, n, here);
        if constexpr (output != RowOutput::sums)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                const vec<T> v = tile.template result<output>(j);
                if (here == width<T>)
                    store(y + j * y_stride + c, v);
                else
                    store_first(y + j * y_stride + c, v, here);
            }
        if constexpr (output == RowOutput::sums || output == RowOutput::both) tile.store_sums(shift + c, log_sum + c, here);
    }
    return special;
}

}  // namespace mlmath::MLMATH_LEVEL
