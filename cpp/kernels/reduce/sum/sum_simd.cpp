// SPDX-License-Identifier: BSD-3-Clause
// sum of a chunk. Compiled once per level.
#include "kernels/reduce/reduction_short_rows.hpp"
#include "kernels/reduce/sum/sum_chunk.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <Term term>
MLMATH_INLINE void add_term(vec_f64 x, vec_f64& sum) {
    if constexpr (term == Term::square)
        sum = fma(x, x, sum);
    else
        sum += term == Term::magnitude ? absolute(x) : x;
}

template <class T, Term term>
void sum_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* sums) {
    const auto add = [](vec_f64 x, vec_f64 * s) __attribute__((always_inline)) { add_term<term>(x, s[0]); };
    const std::ptrdiff_t bytes = n * static_cast<std::ptrdiff_t>(sizeof(T));
    std::ptrdiff_t r = 0;
    if (n <= lanes) {
        for (; r + ShortRows::rows <= rows; r += ShortRows::rows) {
            const T* const row = x + r * row_stride;
            prefetch_bytes(reinterpret_cast<const char*>(row) + bytes_ahead, ShortRows::rows * bytes);
            ShortRows short_rows;
            short_rows.load_rows(row, row_stride, n);
            store(sums + r, short_rows.fold(
                                n, [](vec_f64 v) __attribute__((always_inline)) {
                                    vec_f64 t = broadcast(-0.0);
                                    add_term<term>(v, t);
                                    return t;
                                }));
        }
    }
    if (bytes > short_row_bytes && n % lanes == 0) {  // chunks: the first half beside the second
        const std::ptrdiff_t half = rows / 2;
        for (; r < half; ++r) reduce_two_runs(x + r * row_stride, x + (r + half) * row_stride, n, sums[r], sums[r + half], add);
        r = 2 * half;
    }
    for (; r < rows; ++r) {
        const T* const row = x + r * row_stride;
        double sum[1];
        if (bytes <= short_row_bytes) prefetch_bytes(reinterpret_cast<const char*>(row) + bytes_ahead, bytes);
        reduce_run(row, n, sum, static_cast<const T*>(nullptr), add);
        sums[r] = sum[0];
    }
}

template <class T, Term term>
void sum_columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, double* sums) {
    ColumnLanes<1, sum_column_block> block;
    block.reduce(
        x, offsets, rows, columns,
        [](vec_f64 x, vec_f64 * s, std::ptrdiff_t) __attribute__((always_inline)) { add_term<term>(x, s[0]); });
    for (std::ptrdiff_t c = 0; c < columns; ++c) sums[c] = block.result(0, c);
}

template <class T, Term term>
void sum_dense_columns(const T* x, std::ptrdiff_t rows, std::ptrdiff_t columns, double* sums) {
    DenseLanes<1, sum_column_block> block;
    block.template reduce<false>(
        x, rows, columns, 0,
        [](vec_f64 x, vec_f64 * s, std::ptrdiff_t) __attribute__((always_inline)) { add_term<term>(x, s[0]); });
    for (std::ptrdiff_t c = 0; c < columns; ++c) sums[c] = block.result(0, c);
}

// NaN is the one value that is not equal to itself; that comparison is a quiet one.
template <class T>
void sum_numbers(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, CountedSum* sums) {
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        double result[2];
        reduce_run(
            x + r * row_stride, n, result, static_cast<const T*>(nullptr),
            [](vec_f64 x, vec_f64 * s) __attribute__((always_inline)) {
                const auto number = x == x;
                s[0] += number ? x : broadcast(-0.0);
                s[1] += number ? broadcast(1.0) : broadcast(-0.0);
            });
        sums[r] = {result[0], result[1]};
    }
}

// Narrow integers are added in 32 bits, which hold 1024 of 16.
template <class T, class Partial>
void sum_integers(const void* from, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::uint64_t* sums) {
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const T* const x = static_cast<const T*>(from) + r * row_stride;
        Partial sum = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) sum += static_cast<Partial>(x[i]);
        sums[r] = static_cast<std::uint64_t>(sum);
    }
}

template <class T>
constexpr SumKernelsOf<T> kernels_of = {
    {sum_rows<T, Term::plain>, sum_rows<T, Term::magnitude>, sum_rows<T, Term::square>},
    {sum_columns<T, Term::plain>, sum_columns<T, Term::magnitude>, sum_columns<T, Term::square>},
    {sum_dense_columns<T, Term::plain>, sum_dense_columns<T, Term::magnitude>, sum_dense_columns<T, Term::square>},
    sum_numbers<T>,
};

}  // namespace

extern const SumKernels sum_kernels;
const SumKernels sum_kernels = {
    kernels_of<double>,
    kernels_of<float>,
    {sum_integers<std::uint8_t, std::uint32_t>, sum_integers<std::int8_t, std::int32_t>, sum_integers<std::uint8_t, std::uint32_t>,
     sum_integers<std::int16_t, std::int32_t>, sum_integers<std::uint16_t, std::uint32_t>, sum_integers<std::int32_t, std::int64_t>,
     sum_integers<std::uint32_t, std::uint64_t>, sum_integers<std::uint64_t, std::uint64_t>,
     sum_integers<std::uint64_t, std::uint64_t>},
};

}  // namespace mlmath::MLMATH_LEVEL
