// SPDX-License-Identifier: BSD-3-Clause
// Smallest and largest of a chunk, and where they stand. Compiled once per level.
//
// The result does not depend on an order: NaNs are looked for on their own, and a zero's sign is decided at the end (-0 < +0).
#include "kernels/reduce/extremes/extremes_chunk.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

enum class Nan { wins, loses };

template <class T>
struct Wide {
    using type = std::int64_t;
};
template <>
struct Wide<std::uint8_t> {
    using type = std::uint64_t;
};
template <>
struct Wide<std::uint16_t> {
    using type = std::uint64_t;
};
template <>
struct Wide<std::uint32_t> {
    using type = std::uint64_t;
};
template <>
struct Wide<std::uint64_t> {
    using type = std::uint64_t;
};
template <>
struct Wide<float> {
    using type = double;
};
template <>
struct Wide<double> {
    using type = double;
};

// ---- where --------------------------------------------------------------------------------------------------------------------

// The first i with test(i), or n. A block's tests are or-ed without a branch, so that they run in registers.
template <class Test>
MLMATH_INLINE std::int64_t first_where(std::ptrdiff_t n, Test&& test) {
    constexpr std::ptrdiff_t block = 64;
    std::ptrdiff_t i = 0;
    for (; i + block <= n; i += block) {
        int found = 0;
        for (std::ptrdiff_t j = 0; j < block; ++j) found |= test(i + j);
        if (found) break;
    }
    while (i < n && !test(i)) ++i;
    return i;
}

// index[c] = the first row whose column c equals best[c]: rows are walked backwards, the last one that fits stays. `Row` numbers
// are as wide as the elements, so that both fill registers alike; 1024 need 16 bits.
template <class T>
struct RowNumber {
    using type = std::int16_t;
};
template <>
struct RowNumber<std::int32_t> {
    using type = std::int32_t;
};
template <>
struct RowNumber<std::uint32_t> {
    using type = std::int32_t;
};
template <>
struct RowNumber<float> {
    using type = std::int32_t;
};
template <>
struct RowNumber<std::int64_t> {
    using type = std::int64_t;
};
template <>
struct RowNumber<std::uint64_t> {
    using type = std::int64_t;
};
template <>
struct RowNumber<double> {
    using type = std::int64_t;
};

template <class T>
MLMATH_INLINE void first_in_columns(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                                    const T* best, std::int64_t* index) {
    using Row = typename RowNumber<T>::type;
    Row first[extremes_column_block] = {};
    for (std::ptrdiff_t r = rows - 1; r >= 0; --r) {
        const T* const row = x + offsets[r];
        for (std::ptrdiff_t c = 0; c < columns; ++c) first[c] = row[c] == best[c] ? static_cast<Row>(r) : first[c];
    }
    for (std::ptrdiff_t c = 0; c < columns; ++c) index[c] = first[c];
}

// ---- integers -----------------------------------------------------------------------------------------------------------------

template <class T, bool largest>
void integer_rows(const void* from, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, void* values,
                  std::int64_t* index) {
    constexpr bool is_signed = static_cast<T>(-1) < static_cast<T>(1);
    constexpr T top = is_signed ? static_cast<T>((std::uint64_t{1} << (8 * sizeof(T) - 1)) - 1) : static_cast<T>(-1);
    constexpr T loser = largest ? static_cast<T>(is_signed ? -top - 1 : 0) : top;
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const T* const x = static_cast<const T*>(from) + r * row_stride;
        T best = loser;
        for (std::ptrdiff_t i = 0; i < n; ++i) best = (largest ? x[i] > best : x[i] < best) ? x[i] : best;
        static_cast<typename Wide<T>::type*>(values)[r] = best;
        if (index != nullptr) index[r] = n == 0 ? 0 : first_where(n, [&](std::ptrdiff_t i) { return x[i] == best; });
    }
}

template <class T, bool largest>
void integer_columns(const void* from, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, void* values,
                     std::int64_t* index) {
    const T* const x = static_cast<const T*>(from);
    T best[extremes_column_block];
    for (std::ptrdiff_t c = 0; c < columns; ++c) best[c] = x[offsets[0] + c];
    for (std::ptrdiff_t r = 1; r < rows; ++r) {
        const T* const row = x + offsets[r];
        for (std::ptrdiff_t c = 0; c < columns; ++c) best[c] = (largest ? row[c] > best[c] : row[c] < best[c]) ? row[c] : best[c];
    }
    for (std::ptrdiff_t c = 0; c < columns; ++c) static_cast<typename Wide<T>::type*>(values)[c] = best[c];
    if (index != nullptr) first_in_columns(x, offsets, rows, columns, best, index);
}

// Constraint: rows of a block of columns lie far apart. Arithmetic: 30 GB/s x 100 ns = 3 KiB must be on their way. Decision: ask
// for the row that lies 4 KiB of the block ahead; it need not be there.
constexpr std::ptrdiff_t bytes_ahead = 4096;

// ---- floating point -----------------------------------------------------------------------------------------------------------

// A register of marks that gather the NaNs met. (AVX-512 compares into mask registers.)
#if defined(__AVX512F__)
using NanMarks = unsigned;
MLMATH_INLINE void mark_nans(NanMarks& marks, vec_f64 a, vec_f64 b) {
    marks |= _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_UNORD_Q);
}
MLMATH_INLINE void mark_nans(NanMarks& marks, vec_f32 a, vec_f32 b) {
    marks |= _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_UNORD_Q);
}
MLMATH_INLINE bool marked(NanMarks marks) { return marks != 0; }
#else
using NanMarks = vec_i64;
template <class V>
MLMATH_INLINE void mark_nans(NanMarks& marks, V a, V b) {
    marks |= (vec_i64)(a != a) | (vec_i64)(b != b);
}
MLMATH_INLINE bool marked(NanMarks marks) { return any(marks); }
#endif

// The second operand where either is NaN, as the instruction has it: `best` stays when x is NaN.
template <bool largest, class V>
MLMATH_INLINE V better(V x, V best) {
#if defined(__AVX512F__)
    if constexpr (sizeof(x[0]) == 8)
        return largest ? (V)_mm512_maskz_max_pd(0xff, (__m512d)x, (__m512d)best)
                       : (V)_mm512_maskz_min_pd(0xff, (__m512d)x, (__m512d)best);
    else
        return largest ? (V)_mm512_maskz_max_ps(0xffff, (__m512)x, (__m512)best)
                       : (V)_mm512_maskz_min_ps(0xffff, (__m512)x, (__m512)best);
#else
    return largest ? (x > best ? x : best) : (x < best ? x : best);
#endif
}

template <class T>
MLMATH_INLINE bool is_nan(T x) {
    if constexpr (sizeof(T) == 8)
        return (__builtin_bit_cast(std::uint64_t, x) & 0x7fffffffffffffffu) > 0x7ff0000000000000u;
    else
        return (__builtin_bit_cast(std::uint32_t, x) & 0x7fffffffu) > 0x7f800000u;
}

// Whether a zero of that sign is among x.
template <class T>
MLMATH_INLINE bool has_zero(const T* x, std::ptrdiff_t n, bool negative) {
    using Int = typename Lane<T>::uint;
    const Int wanted = negative ? static_cast<Int>(Int{1} << (8 * sizeof(T) - 1)) : Int{0};
    int found = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) found |= __builtin_bit_cast(Int, x[i]) == wanted;
    return found != 0;
}

// The extremes of `streams` runs, read side by side (see reduce_two_runs).
template <class T, bool largest, Nan nan, bool of_magnitude, int streams>
MLMATH_INLINE void extremes_of(const T* const (&x)[streams], std::ptrdiff_t n, T (&values)[streams]) {
    constexpr int registers = 4, step = registers * width<T>;
    const T loser = !largest ? static_cast<T>(__builtin_inf()) : of_magnitude ? T{0} : -static_cast<T>(__builtin_inf());
    const auto take = [](const vec<T>& v) __attribute__((always_inline)) {
        if constexpr (of_magnitude)
            return absolute(v);
        else
            return v;
    };
    vec<T> best[streams][registers];
    NanMarks nans[streams] = {};
    MLMATH_UNROLL for (int s = 0; s < streams; ++s) MLMATH_UNROLL for (int r = 0; r < registers; ++r) best[s][r] = broadcast(loser);
    std::ptrdiff_t i = 0;
    for (; i + step <= n; i += step) {
        MLMATH_UNROLL for (int s = 0; s < streams; ++s) MLMATH_UNROLL for (int r = 0; r < registers; r += 2) {
            const vec<T> a = load(x[s] + i + r * width<T>), b = load(x[s] + i + (r + 1) * width<T>);
            if constexpr (nan == Nan::wins) mark_nans(nans[s], a, b);
            best[s][r] = better<largest>(take(a), best[s][r]);
            best[s][r + 1] = better<largest>(take(b), best[s][r + 1]);
        }
    }
    MLMATH_UNROLL for (int s = 0; s < streams; ++s) {
        for (std::ptrdiff_t k = i; k < n; k += width<T>) {
            const std::ptrdiff_t left = n - k;
            const vec<T> a = left >= width<T> ? load(x[s] + k) : load_first_or(x[s] + k, left, broadcast(loser));
            if constexpr (nan == Nan::wins) mark_nans(nans[s], a, a);
            best[s][0] = better<largest>(take(a), best[s][0]);
        }
        best[s][0] = better<largest>(better<largest>(best[s][0], best[s][1]), better<largest>(best[s][2], best[s][3]));
        T lane[width<T>];
        store(lane, best[s][0]);
        T& value = values[s];
        value = fold<width<T>>(
            lane, [](T a, T b) __attribute__((always_inline)) { return (largest ? a > b : a < b) ? a : b; });
        if (nan == Nan::wins && marked(nans[s]))
            value = static_cast<T>(__builtin_nan(""));
        else if (value == 0 && !of_magnitude)
            value = has_zero(x[s], n, !largest) == largest ? static_cast<T>(0.0) : static_cast<T>(-0.0);
        else if (nan == Nan::loses && value == loser && first_where(n, [&](std::ptrdiff_t k) { return !is_nan(x[s][k]); }) == n)
            value = static_cast<T>(__builtin_nan(""));
    }
}

// The first element equal to value, which is among them.
template <class T>
MLMATH_INLINE std::int64_t first_equal(const T* x, std::ptrdiff_t n, T value) {
    const vec<T> wanted = broadcast(value);
    for (std::ptrdiff_t i = 0; i < n; i += width<T>) {
        const std::ptrdiff_t left = n - i;
        const vec<T> v = left >= width<T> ? load(x + i) : load_first_or(x + i, left, wanted);
#if defined(__AVX512F__)
        unsigned equal;
        if constexpr (sizeof(T) == 8)
            equal = _mm512_cmp_pd_mask((__m512d)v, (__m512d)wanted, _CMP_EQ_OQ);
        else
            equal = _mm512_cmp_ps_mask((__m512)v, (__m512)wanted, _CMP_EQ_OQ);
        if (equal != 0) return i + __builtin_ctz(equal);
#else
        const auto equal = v == wanted;
        if (any(equal)) {
            int l = 0;
            while (equal[l] == 0) ++l;
            return i + l;
        }
#endif
    }
    return n;
}

template <class T, bool largest, Nan nan, bool of_magnitude>
void floating_rows(const void* from, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, void* values,
                   std::int64_t* index) {
    const T* const x = static_cast<const T*>(from);
    const auto settle = [&](std::ptrdiff_t r, T value) {
        static_cast<double*>(values)[r] = value;
        if (index == nullptr) return;
        const T* const row = x + r * row_stride;
        if (n == 0)
            index[r] = 0;
        else if (is_nan(value))
            index[r] = first_where(n, [&](std::ptrdiff_t i) { return is_nan(row[i]); });
        else
            index[r] = first_equal(row, n, value);
    };
    std::ptrdiff_t r = 0;
    if (n >= 256) {  // chunks: the first half beside the second
        const std::ptrdiff_t half = rows / 2;
        for (; r < half; ++r) {
            T both[2];
            extremes_of<T, largest, nan, of_magnitude>({x + r * row_stride, x + (r + half) * row_stride}, n, both);
            settle(r, both[0]);
            settle(r + half, both[1]);
        }
        r = 2 * half;
    }
    for (; r < rows; ++r) {
        T one[1];
        extremes_of<T, largest, nan, of_magnitude>({x + r * row_stride}, n, one);
        settle(r, one[0]);
    }
}

// Columns: the values first; what is rare (a NaN somewhere, a zero, no number) is settled column by column.
template <class T, bool largest, Nan nan, bool of_magnitude>
void floating_columns(const void* from, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, void* values,
                      std::int64_t* index) {
    const T* const x = static_cast<const T*>(from);
    constexpr int most = extremes_column_block / width<T>;
    const std::ptrdiff_t whole = columns / width<T>, rest = columns % width<T>;
    const T loser = !largest ? static_cast<T>(__builtin_inf()) : of_magnitude ? T{0} : -static_cast<T>(__builtin_inf());
    const std::ptrdiff_t bytes = columns * static_cast<std::ptrdiff_t>(sizeof(T)), rows_ahead = bytes_ahead / bytes + 1;
    vec<T> best[most];
    for (std::ptrdiff_t v = 0; v < whole + (rest > 0); ++v) best[v] = broadcast(loser);
    NanMarks nans{};
    const auto take = [&](vec<T> a, vec<T> & b) __attribute__((always_inline)) {
        if constexpr (nan == Nan::wins) mark_nans(nans, a, a);
        if constexpr (of_magnitude) a = absolute(a);
        b = better<largest>(a, b);
    };
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const T* const row = x + offsets[r];
        // A few rows go on to the right, in the next block; many go on below.
        const T* const later = rows <= 32 ? row + columns : r + rows_ahead < rows ? x + offsets[r + rows_ahead] : row;
        for (std::ptrdiff_t at = 0; at < bytes; at += 64) prefetch(reinterpret_cast<const char*>(later) + at);
        for (std::ptrdiff_t v = 0; v < whole; ++v) take(load(row + v * width<T>), best[v]);
        if (rest > 0) take(load_first_or(row + whole * width<T>, rest, broadcast(loser)), best[whole]);
    }
    T value[extremes_column_block];
    for (std::ptrdiff_t v = 0; v < whole; ++v) store(value + v * width<T>, best[v]);
    if (rest > 0) store_first(value + whole * width<T>, best[whole], rest);

    const bool has_nans = nan == Nan::wins && marked(nans);
    const auto first_row = [&](std::ptrdiff_t c, auto&& test) {
        return first_where(rows, [&](std::ptrdiff_t r) { return test(x[offsets[r] + c]); });
    };
    const auto no_number = [](T v) { return is_nan(v); };
    for (std::ptrdiff_t c = 0; c < columns; ++c) {
        T& result = value[c];
        if (has_nans && first_row(c, no_number) < rows) result = static_cast<T>(__builtin_nan(""));
        if (nan == Nan::loses && result == loser && first_row(c, [](T v) { return !is_nan(v); }) == rows)
            result = static_cast<T>(__builtin_nan(""));
        if (result == 0 && !of_magnitude) {
            const T wanted = largest ? static_cast<T>(0.0) : static_cast<T>(-0.0);
            const bool found = first_row(c, [&](T v) { return __builtin_memcmp(&v, &wanted, sizeof(T)) == 0; }) < rows;
            result = found ? wanted : -wanted;
        }
        static_cast<double*>(values)[c] = result;
    }
    if (index == nullptr) return;
    first_in_columns(x, offsets, rows, columns, value, index);
    for (std::ptrdiff_t c = 0; c < columns; ++c)
        if (is_nan(value[c])) index[c] = first_row(c, no_number);
}

}  // namespace

extern const ExtremesKernels extremes_kernels;
#define MLMATH_INTEGER(T, largest) \
    { integer_rows<T, largest>, integer_columns<T, largest> }
#define MLMATH_FLOATING(T, largest, nan, of_magnitude) \
    { floating_rows<T, largest, nan, of_magnitude>, floating_columns<T, largest, nan, of_magnitude> }
#define MLMATH_EXTREMES(largest)                                                                                                   \
    {                                                                                                                              \
        MLMATH_INTEGER(std::uint8_t, largest), MLMATH_INTEGER(std::int8_t, largest), MLMATH_INTEGER(std::uint8_t, largest),        \
            MLMATH_INTEGER(std::int16_t, largest), MLMATH_INTEGER(std::uint16_t, largest), MLMATH_INTEGER(std::int32_t, largest),  \
            MLMATH_INTEGER(std::uint32_t, largest), MLMATH_INTEGER(std::int64_t, largest), MLMATH_INTEGER(std::uint64_t, largest), \
            {nullptr, nullptr}, MLMATH_FLOATING(float, largest, Nan::wins, false),                                                 \
            MLMATH_FLOATING(double, largest, Nan::wins, false)                                                                     \
    }
#define MLMATH_FLOATING_EXTREMES(largest, nan, of_magnitude) \
    { MLMATH_FLOATING(float, largest, nan, of_magnitude), MLMATH_FLOATING(double, largest, nan, of_magnitude) }
const ExtremesKernels extremes_kernels = {
    {MLMATH_EXTREMES(false), MLMATH_EXTREMES(true)},
    {MLMATH_FLOATING_EXTREMES(false, Nan::loses, false), MLMATH_FLOATING_EXTREMES(true, Nan::loses, false)},
    {MLMATH_FLOATING_EXTREMES(false, Nan::wins, true), MLMATH_FLOATING_EXTREMES(true, Nan::wins, true)},
};

}  // namespace mlmath::MLMATH_LEVEL
