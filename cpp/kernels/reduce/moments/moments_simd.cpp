// SPDX-License-Identifier: BSD-3-Clause
// Mean and squared deviations of a chunk, read twice while it lies in cache. Compiled once per level.
//
//   m = (sum x) / n,   d_i = x_i - m,   squares = sum d_i^2 - (sum d_i)^2 / n,   mean = m + (sum d_i) / n
// The terms with sum d_i (zero but for the rounding of m) repair what the rounding of m does [Chan1983].
#include "kernels/reduce/moments/moments_chunk.hpp"
#include "kernels/reduce/reduction_short_rows.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

Moments corrected(double count, double mean, double deviations, double squares) {
    const double rest = squares - deviations * deviations / count;
    // Below zero by rounding only. A NaN stays as it is; a comparison of doubles would report it as "invalid".
    const bool negative = __builtin_bit_cast(std::uint64_t, rest) - 0x8000000000000000u <= 0x7ff0000000000000u;
    return {count, mean, deviations / count, negative ? 0.0 : rest};
}

// A register of short rows at once: the same operations, one row per lane.
template <class T>
MLMATH_INLINE void moments_of_short_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t n, Moments* moments) {
    constexpr int rows = ShortRows::rows;
    ShortRows short_rows;
    short_rows.load_rows(x, row_stride, n);
    const vec_f64 count = broadcast(static_cast<double>(n));
    const vec_f64 mean = short_rows.fold(
                             n, [](vec_f64 v) __attribute__((always_inline)) { return v; }) /
                         count;
    for (std::ptrdiff_t e = 0; e < n; ++e) short_rows.element[e] -= mean;
    const vec_f64 deviations = short_rows.fold(
        n, [](vec_f64 d) __attribute__((always_inline)) { return d; });
    const vec_f64 squares = short_rows.fold(
        n, [](vec_f64 d) __attribute__((always_inline)) { return d * d; });
    const vec_f64 rest = squares - deviations * deviations / count;
    const vec_u64 from_minus_zero = bits_as<std::uint64_t>(rest) - broadcast<std::uint64_t>(0x8000000000000000u);
    const auto negative = (vec_i64)(from_minus_zero <= broadcast<std::uint64_t>(0x7ff0000000000000u));
    alignas(64) double means[rows], lows[rows], spreads[rows];
    store(means, mean);
    store(lows, deviations / count);
    store(spreads, select<double>(negative, vec_f64{}, rest));
    for (int r = 0; r < rows; ++r) moments[r] = {static_cast<double>(n), means[r], lows[r], spreads[r]};
}

template <class T>
void moments_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* moments) {
    const double count = static_cast<double>(n);
    const std::ptrdiff_t bytes = n * static_cast<std::ptrdiff_t>(sizeof(T));
    const bool short_rows = bytes <= short_row_bytes;
    std::ptrdiff_t r = 0;
    if (n <= lanes) {
        for (; r + ShortRows::rows <= rows; r += ShortRows::rows) {
            prefetch_bytes(reinterpret_cast<const char*>(x + r * row_stride) + bytes_ahead, ShortRows::rows * bytes);
            moments_of_short_rows(x + r * row_stride, row_stride, n, moments + r);
        }
    }
    for (; r < rows; ++r) {
        const T* const row = x + r * row_stride;
        double sum[1], deviations[2];
        if (short_rows) prefetch_bytes(reinterpret_cast<const char*>(row) + bytes_ahead, bytes);
        reduce_run(
            row, n, sum, static_cast<const T*>(nullptr),
            [](vec_f64 terms, vec_f64 * s) __attribute__((always_inline)) { s[0] += terms; });
        const double mean = sum[0] / count;
        // The second sweep reads from L1: the memory fetches the next chunk meanwhile.
        reduce_run(
            row, n, deviations, short_rows ? nullptr : row + row_stride,
            [mean = broadcast(mean)](vec_f64 terms, vec_f64 * s) __attribute__((always_inline)) {
                const vec_f64 d = terms - mean;
                s[0] += d;
                s[1] = fma(d, d, s[1]);
            });
        moments[r] = corrected(count, mean, deviations[0], deviations[1]);
    }
}

// The same of the elements that are numbers, counted on the way; {0, 0, 0, 0} when there are none.
template <class T>
void moments_of_numbers(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* moments) {
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const T* const row = x + r * row_stride;
        double sum[2], deviations[2];
        reduce_run(
            row, n, sum, static_cast<const T*>(nullptr), [](vec_f64 terms, vec_f64 * s) __attribute__((always_inline)) {
                const auto number = terms == terms;
                s[0] += number ? terms : broadcast(-0.0);
                s[1] += number ? broadcast(1.0) : broadcast(-0.0);
            });
        const double count = sum[1];
        if (!(count > 0)) {
            moments[r] = {0, 0, 0, 0};
            continue;
        }
        const double mean = sum[0] / count;
        reduce_run(
            row, n, deviations,
            static_cast<const T*>(nullptr), [mean = broadcast(mean)](vec_f64 terms, vec_f64 * s) __attribute__((always_inline)) {
                const vec_f64 d = terms == terms ? terms - mean : broadcast(-0.0);
                s[0] += d;
                s[1] = fma(d, d, s[1]);
            });
        moments[r] = corrected(count, mean, deviations[0], deviations[1]);
    }
}

template <class T>
void moments_columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, Moments* moments) {
    const double count = static_cast<double>(rows);
    ColumnLanes<2, moments_column_block> block;
    alignas(64) double means[moments_column_block] = {};
    {
        ColumnLanes<1, moments_column_block> sums;
        sums.reduce(
            x, offsets, rows, columns,
            [](vec_f64 terms, vec_f64 * s, std::ptrdiff_t) __attribute__((always_inline)) { s[0] += terms; });
        for (std::ptrdiff_t c = 0; c < columns; ++c) means[c] = sums.result(0, c) / count;
    }
    block.reduce(
        x, offsets, rows, columns, [&](vec_f64 terms, vec_f64 * s, std::ptrdiff_t v) __attribute__((always_inline)) {
            const vec_f64 d = terms - load(means + v * width<double>);
            s[0] += d;
            s[1] = fma(d, d, s[1]);
        });
    for (std::ptrdiff_t c = 0; c < columns; ++c) moments[c] = corrected(count, means[c], block.result(0, c), block.result(1, c));
}

// The same, row r at x + r*columns: the first sweep finds in L2 what the second one of the chunk before has asked for.
template <class T>
void moments_dense_columns(const T* x, std::ptrdiff_t rows, std::ptrdiff_t columns, Moments* moments) {
    const double count = static_cast<double>(rows);
    const std::ptrdiff_t run = lanes * columns;
    alignas(64) double means[lanes * moments_column_block];
    {
        DenseLanes<1, moments_column_block> sums;
        sums.template reduce<false>(
            x, rows, columns, 0, [](vec_f64 terms, vec_f64 * s, std::ptrdiff_t) __attribute__((always_inline)) { s[0] += terms; });
        for (std::ptrdiff_t c = 0; c < columns; ++c) means[c] = sums.result(0, c) / count;
    }
    for (std::ptrdiff_t j = columns; j < run; ++j) means[j] = means[j - columns];
    DenseLanes<2, moments_column_block> block;
    const std::ptrdiff_t next_chunk = rows * columns * static_cast<std::ptrdiff_t>(sizeof(T));
    block.template reduce<true>(
        x, rows, columns, next_chunk, [&](vec_f64 terms, vec_f64 * s, std::ptrdiff_t j) __attribute__((always_inline)) {
            const vec_f64 d = terms - load(means + j);
            s[0] += d;
            s[1] = fma(d, d, s[1]);
        });
    for (std::ptrdiff_t c = 0; c < columns; ++c) moments[c] = corrected(count, means[c], block.result(0, c), block.result(1, c));
}

}  // namespace

extern const MomentsKernels moments_kernels;
const MomentsKernels moments_kernels = {
    {moments_rows<double>, moments_columns<double>, moments_dense_columns<double>, moments_of_numbers<double>},
    {moments_rows<float>, moments_columns<float>, moments_dense_columns<float>, moments_of_numbers<float>},
};

}  // namespace mlmath::MLMATH_LEVEL
