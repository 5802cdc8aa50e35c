// SPDX-License-Identifier: BSD-3-Clause
// Extremes, mean and powers of the deviations of a chunk, read three times while it lies in cache. Compiled once per level.
//
//   a = (sum x) / n,   d_i = x_i - a,   s_p = sum d_i^p,   e = s_1 / n,   mean = a + e
//   m2 = s2 - n e^2,   m3 = s3 - 3 e s2 + 2 n e^3,   m4 = s4 - 4 e s3 + 6 e^2 s2 - 3 n e^4
// The terms with e (zero but for the rounding of a) repair what that rounding does [Chan1983].
#include "kernels/reduce/central_moments/central_moments_chunk.hpp"
#include "kernels/reduce/reduction_extremes.hpp"
#include "kernels/reduce/reduction_lanes.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Below zero by rounding only. A NaN stays as it is; a comparison of doubles would report it as "invalid".
double not_negative(double x) {
    return __builtin_bit_cast(std::uint64_t, x) - 0x8000000000000000u <= 0x7ff0000000000000u ? 0.0 : x;
}

template <int Order>
CentralMoments corrected(double weight, double mean, const double* s) {
    const double e = s[0] / weight, ee = e * e;
    CentralMoments m{weight, mean, e, not_negative(s[1] - weight * ee), 0, 0, 0, 0};
    if constexpr (Order > 2) {
        m.m3 = s[2] - 3 * e * s[1] + 2 * weight * (ee * e);
        m.m4 = not_negative(s[3] - 4 * e * s[2] + 6 * ee * s[1] - 3 * weight * (ee * ee));
    }
    return m;
}

template <int Order>
MLMATH_INLINE void add_powers(vec_f64 d, vec_f64* s) {
    s[0] += d;
    if constexpr (Order > 2) {
        const vec_f64 dd = d * d;
        s[1] += dd;
        s[2] = fma(dd, d, s[2]);
        s[3] = fma(dd, dd, s[3]);
    } else {
        s[1] = fma(d, d, s[1]);
    }
}

template <int Order, class T>
void moments_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, CentralMoments* out) {
    const double count = static_cast<double>(n);
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const T* const row = x + r * row_stride;
        double sum[1], powers[Order];
        T smallest, largest;
        extremes_of_run(row, n).numbers(smallest, largest);
        reduce_run(
            row, n, sum, static_cast<const T*>(nullptr),
            [](vec_f64 terms, vec_f64 * s) __attribute__((always_inline)) { s[0] += terms; });
        const double mean = sum[0] / count;
        // This sweep reads from L1: the memory fetches the next chunk meanwhile.
        reduce_run(
            row, n, powers, row + row_stride, [mean = broadcast(mean)](vec_f64 terms, vec_f64 * s) __attribute__((always_inline)) {
                add_powers<Order>(terms - mean, s);
            });
        out[r] = corrected<Order>(count, mean, powers);
        out[r].smallest = smallest;
        out[r].largest = largest;
    }
}

template <int Order, class T>
void moments_columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, CentralMoments* out) {
    constexpr int block = central_moments_column_block;
    const double count = static_cast<double>(rows);
    KeyRange<T> range[block];
    extremes_of_columns(x, offsets, rows, columns, range);
    alignas(64) double means[block] = {};
    {
        ColumnLanes<1, block> sums;
        sums.reduce(
            x, offsets, rows, columns,
            [](vec_f64 terms, vec_f64 * s, std::ptrdiff_t) __attribute__((always_inline)) { s[0] += terms; });
        for (std::ptrdiff_t c = 0; c < columns; ++c) means[c] = sums.result(0, c) / count;
    }
    ColumnLanes<Order, block> sums;
    sums.reduce(
        x, offsets, rows, columns, [&](vec_f64 terms, vec_f64 * s, std::ptrdiff_t v) __attribute__((always_inline)) {
            add_powers<Order>(terms - load(means + v * width<double>), s);
        });
    for (std::ptrdiff_t c = 0; c < columns; ++c) {
        double powers[Order];
        for (int k = 0; k < Order; ++k) powers[k] = sums.result(k, c);
        out[c] = corrected<Order>(count, means[c], powers);
        T smallest, largest;
        range[c].numbers(smallest, largest);
        out[c].smallest = smallest;
        out[c].largest = largest;
    }
}

// The lanes of the two sums of a weighted pass, folded. add(x, w, sums).
template <int Count, class Add>
MLMATH_INLINE void reduce_pairs(const double* x, const double* w, std::ptrdiff_t n, double (&result)[Count], Add&& add) {
    vec_f64 sum[lane_registers][Count];
    MLMATH_UNROLL for (int r = 0; r < lane_registers; ++r) MLMATH_UNROLL for (int k = 0; k < Count; ++k) sum[r][k] = vec_f64{};
    for (std::ptrdiff_t i = 0; i < n; i += lanes)
        MLMATH_UNROLL for (int r = 0; r < lane_registers; ++r)
            add(load(x + i + r * width<double>), load(w + i + r * width<double>), sum[r]);
    MLMATH_UNROLL for (int k = 0; k < Count; ++k) {
        MLMATH_UNROLL for (int half = lane_registers / 2; half >= 1; half /= 2) MLMATH_UNROLL for (int r = 0; r < half; ++r)
            sum[r][k] += sum[r + half][k];
        alignas(64) double lane[width<double>];
        store(lane, sum[0][k]);
        result[k] = fold_sum<width<double>>(lane);
    }
}

void moments_weighted(const double* x, const double* weights, std::ptrdiff_t n, CentralMoments* out) {
    double sums[2], powers[4];
    reduce_pairs(
        x, weights, n, sums, [](vec_f64 v, vec_f64 w, vec_f64 * s) __attribute__((always_inline)) {
            s[0] += w;
            s[1] = fma(w, v, s[1]);
        });
    CentralMoments m{};
    if (sums[0] != 0) {
        const double mean = sums[1] / sums[0];
        reduce_pairs(
            x, weights, n, powers, [mean = broadcast(mean)](vec_f64 v, vec_f64 w, vec_f64 * s) __attribute__((always_inline)) {
                const vec_f64 d = v - mean, wd = w * d, wdd = wd * d;
                s[0] += wd;
                s[1] += wdd;
                s[2] = fma(wdd, d, s[2]);
                s[3] = fma(wdd, d * d, s[3]);
            });
        m = corrected<4>(sums[0], mean, powers);
    }
    extremes_of_run(x, n).numbers(m.smallest, m.largest);
    *out = m;
}

}  // namespace

extern const CentralMomentsKernels central_moments_kernels;
const CentralMomentsKernels central_moments_kernels = {
    {moments_rows<2, double>, moments_rows<4, double>},
    {moments_rows<2, float>, moments_rows<4, float>},
    {moments_columns<2, double>, moments_columns<4, double>},
    {moments_columns<2, float>, moments_columns<4, float>},
    moments_weighted,
};

}  // namespace mlmath::MLMATH_LEVEL
