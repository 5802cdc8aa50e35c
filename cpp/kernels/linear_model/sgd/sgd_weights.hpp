// SPDX-License-Identifier: BSD-3-Clause
// sgd: weights, their product with a row and the addition of one: of any size in memory, small ones in registers. Both do the same
// arithmetic in the same order and give the same bits. For kernel units only.
#pragma once
#include "kernels/linear_model/sgd/sgd_block.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int W = width<double>, registers = static_cast<int>(sgd_lanes) / W;  // registers of one group of lanes

// Doubles rounded to T and back.
template <class T>
MLMATH_INLINE vec_f64 rounded(vec_f64 v) {
    if constexpr (sizeof(T) == 8) {
        return v;
    } else {
#if defined(__AVX512F__)
        return (vec_f64)_mm512_maskz_cvtps_pd(0xff, _mm512_maskz_cvtpd_ps(0xff, (__m512d)v));
#elif defined(__AVX2__)
        return (vec_f64)_mm256_cvtps_pd(_mm256_cvtpd_ps((__m256d)v));
#elif defined(__SSE2__)
        return (vec_f64)_mm_cvtps_pd(_mm_cvtpd_ps((__m128d)v));
#else
        return (vec_f64)vcvt_f64_f32(vcvt_f32_f64((float64x2_t)v));
#endif
    }
}

MLMATH_INLINE void store_as(double* p, vec_f64 v) { store(p, v); }
MLMATH_INLINE void store_as(float* p, vec_f64 v) {
#if defined(__AVX512F__)
    _mm256_storeu_ps(p, _mm512_maskz_cvtpd_ps(0xff, (__m512d)v));
#elif defined(__AVX2__)
    _mm_storeu_ps(p, _mm256_cvtpd_ps((__m256d)v));
#elif defined(__SSE2__)
    _mm_storel_pi(reinterpret_cast<__m64*>(p), _mm_cvtpd_ps((__m128d)v));
#else
    vst1_f32(p, vcvt_f32_f64((float64x2_t)v));
#endif
}

// The sum of the lanes: halves folded onto each other, the same tree on every level.
MLMATH_INLINE double sum_of_lanes(vec_f64 (&v)[registers]) {
    MLMATH_UNROLL for (int half = registers / 2; half >= 1; half /= 2) {
        MLMATH_UNROLL for (int r = 0; r < half; ++r) v[r] = v[r] + v[r + half];
    }
#if defined(__AVX512F__)
    // (Not by the cast: GCC 12 takes its undefined upper half for a use of one.)
    const __m256d four = _mm256_add_pd((__m256d)__builtin_shufflevector(v[0], v[0], 0, 1, 2, 3),
                                       (__m256d)__builtin_shufflevector(v[0], v[0], 4, 5, 6, 7));
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return two[0] + two[1];
#elif defined(__AVX2__)
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128((__m256d)v[0]), _mm256_extractf128_pd((__m256d)v[0], 1));
    return two[0] + two[1];
#else
    return v[0][0] + v[0][1];
#endif
}

// As many floats as a register has doubles; `Kept<T>`: a register's worth of columns as T.
#if defined(__AVX512F__)
using Half = __m256;
MLMATH_INLINE Half load_kept(const float* p) { return _mm256_loadu_ps(p); }
MLMATH_INLINE Half load_first_kept(const float* p, std::ptrdiff_t n) { return _mm256_maskz_loadu_ps(low_bits8(n), p); }
MLMATH_INLINE vec_f64 widened(Half v) { return (vec_f64)_mm512_maskz_cvtps_pd(0xff, v); }
MLMATH_INLINE Half kept_fma(Half a, float b, Half c) { return _mm256_fmadd_ps(a, _mm256_set1_ps(b), c); }
#elif defined(__AVX2__)
using Half = __m128;
MLMATH_INLINE Half load_kept(const float* p) { return _mm_loadu_ps(p); }
MLMATH_INLINE Half load_first_kept(const float* p, std::ptrdiff_t n) {
    return _mm_maskload_ps(p, _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(n)), _mm_setr_epi32(0, 1, 2, 3)));
}
MLMATH_INLINE vec_f64 widened(Half v) { return (vec_f64)_mm256_cvtps_pd(v); }
MLMATH_INLINE Half kept_fma(Half a, float b, Half c) { return _mm_fmadd_ps(a, _mm_set1_ps(b), c); }
#else
typedef float Half __attribute__((vector_size(8)));
MLMATH_INLINE Half load_kept(const float* p) { return Half{p[0], p[1]}; }
MLMATH_INLINE Half load_first_kept(const float* p, std::ptrdiff_t n) { return Half{p[0], n > 1 ? p[1] : 0}; }
MLMATH_INLINE vec_f64 widened(Half v) { return vec_f64{v[0], v[1]}; }
MLMATH_INLINE Half kept_fma(Half a, float b, Half c) { return Half{fma(a[0], b, c[0]), fma(a[1], b, c[1])}; }
#endif
MLMATH_INLINE void store_kept(float* p, Half v) { __builtin_memcpy(p, &v, sizeof v); }

MLMATH_INLINE vec_f64 load_kept(const double* p) { return load(p); }
MLMATH_INLINE vec_f64 load_first_kept(const double* p, std::ptrdiff_t n) { return load_first(p, n); }
MLMATH_INLINE vec_f64 widened(vec_f64 v) { return v; }
MLMATH_INLINE vec_f64 kept_fma(vec_f64 a, double b, vec_f64 c) { return fma(a, broadcast(b), c); }
MLMATH_INLINE void store_kept(double* p, vec_f64 v) { store(p, v); }

template <class T>
struct KeptAs {
    using type = vec_f64;
};
template <>
struct KeptAs<float> {
    using type = Half;
};
template <class T>
using Kept = typename KeptAs<T>::type;

// sum + x w. Products of two floats round to float in scikit-learn's scores, and a kink of the loss makes such a difference
// visible: so here.
MLMATH_INLINE vec_f64 with_product(vec_f64 sum, vec_f64 x, vec_f64 w) { return fma(x, w, sum); }
MLMATH_INLINE vec_f64 with_product(vec_f64 sum, Half x, Half w) { return sum + widened(x * w); }

// ---- rows ahead ---------------------------------------------------------------------------------------------------------------

// Constraint: rows come in random order, so nobody but us knows the next ones; memory answers after 100 ns when it has nothing else
//   to do. Arithmetic: a row of 50 doubles takes 12 to 28 ns to work on, and is 7 of the lines that are on their way; rows of that
//   size that are merely read take 30 ns each when not asked for, 17 when 8 rows ahead, 13 when 16, 11.5 when 32. What is asked for
//   must not drive out what is needed: a third of an L1 of 48 KiB. Rows of more than 4 KiB the hardware follows by itself once it
//   has seen their beginning.
// Decision: 16 KiB ahead, 4 to 32 rows, of which the first 4 KiB each.
constexpr std::ptrdiff_t bytes_ahead = 16384, row_bytes_ahead = 4096, least_ahead = 4, most_ahead = 32;

struct Ahead {
    std::ptrdiff_t rows, bytes;  // bytes of each row
    Ahead(std::ptrdiff_t row_bytes) : bytes(row_bytes < row_bytes_ahead ? row_bytes : row_bytes_ahead) {
        rows = bytes_ahead / bytes;
        rows = rows < least_ahead ? least_ahead : rows > most_ahead ? most_ahead : rows;
    }
};

MLMATH_INLINE void ask_for_bytes(const void* row, std::ptrdiff_t bytes) {
    const char* at = static_cast<const char*>(row);
    for (std::ptrdiff_t b = 0; b < bytes; b += 64) prefetch(at + b);
    prefetch(at + bytes - 1);
}

// ---- in memory, padded with zeros to whole lanes ------------------------------------------------------------------------------

// body(j, r, load): for the registers of d columns; load(p) reads p[j ..], zeros behind the last column.
template <class Body>
MLMATH_INLINE void over_columns(std::ptrdiff_t columns, Body body) {
    std::ptrdiff_t j = 0;
    for (; j + sgd_lanes <= columns; j += sgd_lanes) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            body(j + r * W, r, [&](const auto* p) __attribute__((always_inline)) { return load_kept(p + j + r * W); });
        }
    }
    if (j == columns) return;
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
        const std::ptrdiff_t left = columns - j - r * W;
        const auto read = [&](const auto* p)
                              __attribute__((always_inline)) { return load_first_kept(p + j + r * W, left < W ? left : W); };
        if (left > 0) body(j + r * W, r, read);
    }
}

template <class T>
MLMATH_INLINE double score(const T* x, const T* w, std::ptrdiff_t columns) {
    vec_f64 sum[registers] = {};
    over_columns(columns, [&](std::ptrdiff_t j, int r, auto read)
                              __attribute__((always_inline)) { sum[r] = with_product(sum[r], read(x), load_kept(w + j)); });
    return sum_of_lanes(sum);
}

// w += c x; the sums of squares and magnitudes of the result when they are wanted.
template <bool Squares, bool Magnitudes, class T>
MLMATH_INLINE void add_row(const T* x, T c, T* w, std::ptrdiff_t columns, double& squares, double& magnitudes) {
    vec_f64 square[registers] = {}, magnitude[registers] = {};
    over_columns(columns, [&](std::ptrdiff_t j, int r, auto read) __attribute__((always_inline)) {
        const Kept<T> kept = kept_fma(read(x), c, load_kept(w + j));
        store_kept(w + j, kept);
        const vec_f64 v = widened(kept);
        if constexpr (Squares) square[r] = fma(v, v, square[r]);
        if constexpr (Magnitudes) magnitude[r] = magnitude[r] + absolute(v);
    });
    if constexpr (Squares) squares = sum_of_lanes(square);
    if constexpr (Magnitudes) magnitudes = sum_of_lanes(magnitude);
}

// The same with a factor that is a double also for floats.
template <class T>
MLMATH_INLINE void add_row_in_doubles(const T* x, double c, T* w, std::ptrdiff_t columns) {
    over_columns(columns, [&](std::ptrdiff_t j, int, auto read) __attribute__((always_inline)) {
        store_as(w + j, fma(widened(read(x)), broadcast(c), load_as_f64(w + j)));
    });
}

template <class T>
struct MemoryWeights {
    T* w;
    std::ptrdiff_t columns;

    MLMATH_INLINE double product(const T* x) const { return score(x, w, columns); }
    MLMATH_INLINE void add(const T* x, T c) {
        double unused;
        add_row<false, false>(x, c, w, columns, unused, unused);
    }
    MLMATH_INLINE void add(const T* x, T c, double& squares) {
        double unused;
        add_row<true, false>(x, c, w, columns, squares, unused);
    }
    MLMATH_INLINE void ask_for(const T* row) const {
        ask_for_bytes(row, Ahead(columns * static_cast<std::ptrdiff_t>(sizeof(T))).bytes);
    }
    MLMATH_INLINE void multiply(double c) {
        for (std::ptrdiff_t j = 0; j < columns; ++j) w[j] *= static_cast<T>(c);
    }
    MLMATH_INLINE void put_back() {}
};

// ---- in registers -------------------------------------------------------------------------------------------------------------

// Constraint: a row's product needs the weights that the row before has left; through memory they come 10 cycles later, after
//   one store and one load for each register. Arithmetic: half of the registers may hold weights, the other half is for sums and
//   rows: 16 of 32 on AVX-512, 8 of 16 on AVX2; of the 16, 8 (64 columns) are enough for what is common, and each count is a copy
//   of the loop. Decision: at most 8 registers of doubles (floats: of half the size). Elsewhere in memory.
#if defined(__AVX2__)
constexpr int most_kept = 8;

template <class T, int Count>  // (Count - 1) W < columns <= Count W
struct RegisterWeights {
    Kept<T> w[Count];
    T* memory;
    std::ptrdiff_t last;  // columns of the last register

    RegisterWeights(T* from, std::ptrdiff_t columns) : memory(from), last(columns - (Count - 1) * W) {
        MLMATH_UNROLL for (int q = 0; q < Count; ++q) w[q] = load_kept(memory + q * W);
    }
    MLMATH_INLINE Kept<T> row(const T* x, int q) const {
        return q + 1 < Count ? load_kept(x + q * W) : load_first_kept(x + q * W, last);
    }
    MLMATH_INLINE double product(const T* x) const {
        vec_f64 sum[registers] = {};
        MLMATH_UNROLL for (int q = 0; q < Count; ++q) sum[q % registers] = with_product(sum[q % registers], row(x, q), w[q]);
        return sum_of_lanes(sum);
    }
    MLMATH_INLINE void add(const T* x, T c) { MLMATH_UNROLL for (int q = 0; q < Count; ++q) w[q] = kept_fma(row(x, q), c, w[q]); }
    MLMATH_INLINE void add(const T* x, T c, double& squares) {
        add(x, c);
        vec_f64 square[registers] = {};
        MLMATH_UNROLL for (int q = 0; q < Count; ++q) {
            const vec_f64 v = widened(w[q]);
            square[q % registers] = fma(v, v, square[q % registers]);
        }
        squares = sum_of_lanes(square);
    }
    // (All of it known but the last register's part: no loop, and no registers for one.)
    MLMATH_INLINE void ask_for(const T* row_ahead) const {
        constexpr std::ptrdiff_t bytes = (Count - 1) * W * static_cast<std::ptrdiff_t>(sizeof(T)) + 1;
        MLMATH_UNROLL for (std::ptrdiff_t b = 0; b < bytes; b += 64) prefetch(reinterpret_cast<const char*>(row_ahead) + b);
        prefetch(row_ahead + (Count - 1) * W + last - 1);
    }
    MLMATH_INLINE void multiply(double c) {
        MLMATH_UNROLL for (int q = 0; q < Count; ++q) w[q] = w[q] * (Kept<T>{} + static_cast<T>(c));
    }
    MLMATH_INLINE void put_back() { MLMATH_UNROLL for (int q = 0; q < Count; ++q) store_kept(memory + q * W, w[q]); }
};
#else
constexpr int most_kept = 0;
#endif

}  // namespace
}  // namespace mlmath::MLMATH_LEVEL
