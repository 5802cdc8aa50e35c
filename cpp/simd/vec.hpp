// SPDX-License-Identifier: BSD-3-Clause
// The vector vocabulary of the kernels: one register, written width-agnostic on GCC/Clang vector extensions.
//
// +, -, *, /, comparisons, bit operations and shifts are the compiler's own, on registers as on scalars. This file adds memory access,
// fused multiply-add, selection, conversion and folding. Intrinsics appear only where the extension has no word for an instruction.
// Included by kernel units only: everything here lives in the level's namespace, and no register type may leave it.
#pragma once
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if !defined(MLMATH_LEVEL) || !defined(MLMATH_VECTOR_BYTES)
#error "vec.hpp is for kernel units: MLMATH_LEVEL and MLMATH_VECTOR_BYTES come from cmake/kernel_variants.cmake"
#endif

// The level's flags and its width must tell the same story; the build fails here when the variants table mixes them up.
#if (defined(__AVX512F__) && MLMATH_VECTOR_BYTES != 64) || (!defined(__AVX512F__) && defined(__AVX2__) && MLMATH_VECTOR_BYTES != 32) || \
    (!defined(__AVX2__) && MLMATH_VECTOR_BYTES != 16)
#error "vec.hpp: MLMATH_VECTOR_BYTES does not fit the instruction set this unit is compiled for"
#endif

#define MLMATH_INLINE inline __attribute__((always_inline))
#if defined(__clang__)
#define MLMATH_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MLMATH_UNROLL _Pragma("GCC unroll 64")
#endif

// The level's name, for tests and `info`.
#define MLMATH_STRINGIZE_(x) #x
#define MLMATH_STRINGIZE(x) MLMATH_STRINGIZE_(x)
#define MLMATH_LEVEL_STRING MLMATH_STRINGIZE(MLMATH_LEVEL)

namespace mlmath::MLMATH_LEVEL {

// ---- types --------------------------------------------------------------------------------------------------------------------

constexpr int register_bytes = MLMATH_VECTOR_BYTES;

// The register, and the same bytes at any address (memory_*): an element-aligned type, so that any array will do.
#define MLMATH_REGISTER_TYPE(Element, name)                                               \
    typedef Element name __attribute__((vector_size(MLMATH_VECTOR_BYTES)));               \
    typedef Element memory_##name __attribute__((vector_size(MLMATH_VECTOR_BYTES), aligned(sizeof(Element)), may_alias))
MLMATH_REGISTER_TYPE(double, vec_f64);
MLMATH_REGISTER_TYPE(float, vec_f32);
MLMATH_REGISTER_TYPE(std::int64_t, vec_i64);
MLMATH_REGISTER_TYPE(std::uint64_t, vec_u64);
MLMATH_REGISTER_TYPE(std::int32_t, vec_i32);
MLMATH_REGISTER_TYPE(std::uint32_t, vec_u32);
#undef MLMATH_REGISTER_TYPE

// Element type -> register, and the integers of the same width (a comparison yields the signed one: all bits set where true).
template <class T> struct Lane;
template <> struct Lane<double> { using vec = vec_f64; using memory = memory_vec_f64; using sint = std::int64_t; using uint = std::uint64_t; };
template <> struct Lane<float> { using vec = vec_f32; using memory = memory_vec_f32; using sint = std::int32_t; using uint = std::uint32_t; };
template <> struct Lane<std::int64_t> { using vec = vec_i64; using memory = memory_vec_i64; using sint = std::int64_t; using uint = std::uint64_t; };
template <> struct Lane<std::uint64_t> { using vec = vec_u64; using memory = memory_vec_u64; using sint = std::int64_t; using uint = std::uint64_t; };
template <> struct Lane<std::int32_t> { using vec = vec_i32; using memory = memory_vec_i32; using sint = std::int32_t; using uint = std::uint32_t; };
template <> struct Lane<std::uint32_t> { using vec = vec_u32; using memory = memory_vec_u32; using sint = std::int32_t; using uint = std::uint32_t; };

template <class T> using vec = typename Lane<T>::vec;
template <class T> using mask = typename Lane<typename Lane<T>::sint>::vec;
template <class T> constexpr int width = register_bytes / static_cast<int>(sizeof(T));

// Constraint: the lane an element falls into must not depend on the register width, or levels would disagree in the last bit.
// Arithmetic: an FMA takes 4 cycles and two start per cycle, so 8 independent registers are busy at most; loads allow half of that.
// Decision: reductions run in 256 bytes of virtual lanes (32 doubles, 64 floats) on every level: 4 registers of 64 bytes, 8 of 32,
//   16 of 16.
template <class T> constexpr int reduction_lanes = 256 / static_cast<int>(sizeof(T));
template <class T> constexpr int reduction_registers = 256 / register_bytes;

// Whether fma() rounds once. Levels with FMA promise the same bits as each other. Units compiled with MLMATH_FMA_ONCE (random streams,
// kernel_variants.cmake) get fma() rounded once on the baseline too, slowly, and with it the bits of the other levels.
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(MLMATH_FMA_ONCE)
constexpr bool has_fma = true;
#else
constexpr bool has_fma = false;
#endif

// ---- memory -------------------------------------------------------------------------------------------------------------------

template <class T> MLMATH_INLINE vec<T> load(const T* p) { return *reinterpret_cast<const typename Lane<T>::memory*>(p); }
template <class T> MLMATH_INLINE void store(T* p, vec<T> v) { *reinterpret_cast<typename Lane<T>::memory*>(p) = v; }

// x - 0 is x for every x, -0 included (0 + x is not), so that compilers fold it to one broadcast; a loop over lanes becomes masked moves.
template <class T> MLMATH_INLINE vec<T> broadcast(T x) { return x - vec<T>{}; }

// 0, 1, 2, ... in the lanes.
template <class T> MLMATH_INLINE vec<T> iota() {
    vec<T> v{};
    MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) v[l] = static_cast<T>(l);
    return v;
}

// The lanes below n (0 <= n): all bits set.
template <class T> MLMATH_INLINE mask<T> first_lanes(std::ptrdiff_t n) {
    using Int = typename Lane<T>::sint;
    return iota<Int>() < broadcast<Int>(static_cast<Int>(n < width<T> ? n : width<T>));
}

#if defined(__AVX512F__)
MLMATH_INLINE __mmask8 low_bits8(std::ptrdiff_t n) { return static_cast<__mmask8>(_bzhi_u32(0xffu, static_cast<unsigned>(n))); }
MLMATH_INLINE __mmask16 low_bits16(std::ptrdiff_t n) { return static_cast<__mmask16>(_bzhi_u32(0xffffu, static_cast<unsigned>(n))); }
#endif

// The first n elements (0 <= n <= width), zeros behind them. Never touches memory beyond them.
template <class T> MLMATH_INLINE vec<T> load_first(const T* p, std::ptrdiff_t n) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 8) return (vec<T>)_mm512_maskz_loadu_epi64(low_bits8(n), p);
    else return (vec<T>)_mm512_maskz_loadu_epi32(low_bits16(n), p);
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 8) return (vec<T>)_mm256_maskload_epi64(reinterpret_cast<const long long*>(p), (__m256i)first_lanes<T>(n));
    else return (vec<T>)_mm256_maskload_epi32(reinterpret_cast<const int*>(p), (__m256i)first_lanes<T>(n));
#else
    vec<T> v{};
    for (int l = 0; l < n; ++l) v[l] = p[l];
    return v;
#endif
}

// The first n elements (0 <= n <= width), behind them those lanes of `other`. Never touches memory beyond them.
template <class T> MLMATH_INLINE vec<T> load_first_or(const T* p, std::ptrdiff_t n, vec<T> other) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 8) return (vec<T>)_mm512_mask_loadu_epi64((__m512i)other, low_bits8(n), p);
    else return (vec<T>)_mm512_mask_loadu_epi32((__m512i)other, low_bits16(n), p);
#elif defined(__AVX2__)
    const mask<T> where = first_lanes<T>(n);
    return where ? load_first(p, n) : other;
#else
    MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) if (l < n) other[l] = p[l];
    return other;
#endif
}

// Stores the first n lanes (0 <= n <= width) and touches nothing else.
template <class T> MLMATH_INLINE void store_first(T* p, vec<T> v, std::ptrdiff_t n) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 8) _mm512_mask_storeu_epi64(p, low_bits8(n), (__m512i)v);
    else _mm512_mask_storeu_epi32(p, low_bits16(n), (__m512i)v);
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 8) _mm256_maskstore_epi64(reinterpret_cast<long long*>(p), (__m256i)first_lanes<T>(n), (__m256i)v);
    else _mm256_maskstore_epi32(reinterpret_cast<int*>(p), (__m256i)first_lanes<T>(n), (__m256i)v);
#else
    for (int l = 0; l < n; ++l) p[l] = v[l];
#endif
}

// Non-temporal: past the caches. p is aligned to the register; a region ends with stream_fence() before others may read.
template <class T> MLMATH_INLINE void stream(T* p, vec<T> v) {
#if defined(__AVX512F__)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(p), (__m512i)v);
#elif defined(__AVX2__)
    _mm256_stream_si256(reinterpret_cast<__m256i*>(p), (__m256i)v);
#elif defined(__SSE2__)
    _mm_stream_si128(reinterpret_cast<__m128i*>(p), (__m128i)v);
#else
    store<T>(p, v);
#endif
}
MLMATH_INLINE void stream_fence() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

// Doubles from the doubles or floats at p: the accumulators of both are doubles.
MLMATH_INLINE vec_f64 load_as_f64(const double* p) { return load(p); }
// (Not by __builtin_convertvector: GCC 12 converts halves and glues them together.)
MLMATH_INLINE vec_f64 load_as_f64(const float* p) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(p));
#elif defined(__AVX2__)
    return (vec_f64)_mm256_cvtps_pd(_mm_loadu_ps(p));
#elif defined(__SSE2__)
    return (vec_f64)_mm_cvtps_pd(_mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#else
    return (vec_f64)vcvt_f64_f32(vld1_f32(p));
#endif
}
// The first n of them (0 <= n <= width), zeros behind.
MLMATH_INLINE vec_f64 load_first_as_f64(const double* p, std::ptrdiff_t n) { return load_first(p, n); }
MLMATH_INLINE vec_f64 load_first_as_f64(const float* p, std::ptrdiff_t n) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_maskz_cvtps_pd(0xff, _mm256_maskz_loadu_ps(low_bits8(n), p));
#elif defined(__AVX2__)
    const __m128i lanes = _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(n)), _mm_setr_epi32(0, 1, 2, 3));
    return (vec_f64)_mm256_cvtps_pd(_mm_maskload_ps(p, lanes));
#else
    vec_f64 v{};
    for (int l = 0; l < n; ++l) v[l] = p[l];
    return v;
#endif
}

// Elements p[0], p[stride], p[2*stride], ... of the first n lanes; zeros behind.
template <class T> MLMATH_INLINE vec<T> load_strided(const T* p, std::ptrdiff_t stride, std::ptrdiff_t n = width<T>) {
    vec<T> v{};
    for (int l = 0; l < n; ++l) v[l] = p[l * stride];
    return v;
}
template <class T> MLMATH_INLINE void store_strided(T* p, std::ptrdiff_t stride, vec<T> v, std::ptrdiff_t n = width<T>) {
    for (int l = 0; l < n; ++l) p[l * stride] = v[l];
}

MLMATH_INLINE void prefetch(const void* p) { __builtin_prefetch(p, 0, 3); }
MLMATH_INLINE void prefetch_far(const void* p) { __builtin_prefetch(p, 0, 2); }  // into the second-level cache

// ---- bits and selection -------------------------------------------------------------------------------------------------------

// The same bits as another register type of equal size.
template <class To, class From> MLMATH_INLINE vec<To> bits_as(From v) {
    static_assert(sizeof(v) == register_bytes);
    return (vec<To>)v;
}

// where ? a : b, lane by lane; `where` is a comparison's result.
template <class T> MLMATH_INLINE vec<T> select(mask<T> where, vec<T> a, vec<T> b) { return where ? a : b; }

MLMATH_INLINE vec_f64 absolute(vec_f64 v) { return (vec_f64)((vec_u64)v & broadcast<std::uint64_t>(0x7fffffffffffffffu)); }
MLMATH_INLINE vec_f32 absolute(vec_f32 v) { return (vec_f32)((vec_u32)v & broadcast<std::uint32_t>(0x7fffffffu)); }

// As the x86 instructions: the second operand when either is NaN. No flag is raised for quiet NaN on any level but by the comparison.
template <class T> MLMATH_INLINE vec<T> minimum(vec<T> a, vec<T> b) { return a < b ? a : b; }
template <class T> MLMATH_INLINE vec<T> maximum(vec<T> a, vec<T> b) { return a > b ? a : b; }

// Whether any lane (all lanes) of a comparison is true.
template <class M> MLMATH_INLINE bool any(M where) {
#if defined(__AVX512F__)
    return _mm512_test_epi64_mask((__m512i)where, (__m512i)where) != 0;
#elif defined(__AVX2__)
    return !_mm256_testz_si256((__m256i)where, (__m256i)where);
#elif defined(__SSE4_1__)
    return !_mm_testz_si128((__m128i)where, (__m128i)where);
#else
    const auto bits = (vec_u64)where;
    return (bits[0] | bits[1]) != 0;
#endif
}
#if defined(__AVX512F__)
// A comparison's result where the level has registers for such: joined there, it costs less.
MLMATH_INLINE bool any(__mmask8 where) { return where != 0; }
MLMATH_INLINE bool any(__mmask16 where) { return where != 0; }
#endif
template <class M> MLMATH_INLINE bool all(M where) { return !any(~where); }

// ---- arithmetic ---------------------------------------------------------------------------------------------------------------

// a*b + c, rounded once where the level has FMA, twice on the baseline.
MLMATH_INLINE vec_f64 fma(vec_f64 a, vec_f64 b, vec_f64 c) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
    return (vec_f64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#elif defined(__aarch64__)
    return (vec_f64)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
#elif defined(MLMATH_FMA_ONCE)
    vec_f64 v;
    MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) v[l] = __builtin_fma(a[l], b[l], c[l]);
    return v;
#else
    return a * b + c;
#endif
}
MLMATH_INLINE vec_f32 fma(vec_f32 a, vec_f32 b, vec_f32 c) {
#if defined(__AVX512F__)
    return (vec_f32)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
    return (vec_f32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
    return (vec_f32)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#elif defined(MLMATH_FMA_ONCE)
    vec_f32 v;
    MLMATH_UNROLL for (int l = 0; l < width<float>; ++l) v[l] = __builtin_fmaf(a[l], b[l], c[l]);
    return v;
#else
    return a * b + c;
#endif
}
// The same for scalars: tails and strided loops must round as the lanes do.
MLMATH_INLINE double fma(double a, double b, double c) { return has_fma ? __builtin_fma(a, b, c) : a * b + c; }
MLMATH_INLINE float fma(float a, float b, float c) { return has_fma ? __builtin_fmaf(a, b, c) : a * b + c; }

// a*b + c rounded once on every level: where there is no instruction for it, lane by lane through libm, exactly and slowly. For results
// that promise equal bits on the baseline too (random streams).
MLMATH_INLINE vec_f64 fma_once(vec_f64 a, vec_f64 b, vec_f64 c) {
    if constexpr (has_fma) return fma(a, b, c);
    vec_f64 v;
    MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) v[l] = __builtin_fma(a[l], b[l], c[l]);
    return v;
}
MLMATH_INLINE vec_f32 fma_once(vec_f32 a, vec_f32 b, vec_f32 c) {
    if constexpr (has_fma) return fma(a, b, c);
    vec_f32 v;
    MLMATH_UNROLL for (int l = 0; l < width<float>; ++l) v[l] = __builtin_fmaf(a[l], b[l], c[l]);
    return v;
}

// c - a*b. By its own instruction: of fma(-a, b, c) GCC keeps -a in a register of its own when it is used twice.
MLMATH_INLINE vec_f64 fnma(vec_f64 a, vec_f64 b, vec_f64 c) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_fnmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
    return (vec_f64)_mm256_fnmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
    return fma(-a, b, c);
#endif
}
MLMATH_INLINE vec_f32 fnma(vec_f32 a, vec_f32 b, vec_f32 c) {
#if defined(__AVX512F__)
    return (vec_f32)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
    return (vec_f32)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return fma(-a, b, c);
#endif
}
MLMATH_INLINE double fnma(double a, double b, double c) { return fma(-a, b, c); }
MLMATH_INLINE float fnma(float a, float b, float c) { return fma(-a, b, c); }

// Correctly rounded. (maskz with every lane on is the plain instruction; GCC 12 warns about the plain intrinsic's unused operand.)
MLMATH_INLINE vec_f64 square_root(vec_f64 v) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_maskz_sqrt_pd(0xff, (__m512d)v);
#elif defined(__AVX2__)
    return (vec_f64)_mm256_sqrt_pd((__m256d)v);
#elif defined(__SSE2__)
    return (vec_f64)_mm_sqrt_pd((__m128d)v);
#else
    return (vec_f64)vsqrtq_f64((float64x2_t)v);
#endif
}
MLMATH_INLINE vec_f32 square_root(vec_f32 v) {
#if defined(__AVX512F__)
    return (vec_f32)_mm512_maskz_sqrt_ps(0xffff, (__m512)v);
#elif defined(__AVX2__)
    return (vec_f32)_mm256_sqrt_ps((__m256)v);
#elif defined(__SSE2__)
    return (vec_f32)_mm_sqrt_ps((__m128)v);
#else
    return (vec_f32)vsqrtq_f32((float32x4_t)v);
#endif
}

// Neighbours exchanged: lanes 1, 0, 3, 2, ...
MLMATH_INLINE vec_f64 swap_pairs(vec_f64 v) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_maskz_permute_pd(0xff, (__m512d)v, 0x55);
#elif defined(__AVX2__)
    return (vec_f64)_mm256_permute_pd((__m256d)v, 0x5);
#elif defined(__SSE2__)
    return (vec_f64)_mm_shuffle_pd((__m128d)v, (__m128d)v, 0x1);
#else
    return (vec_f64)vextq_f64((float64x2_t)v, (float64x2_t)v, 1);
#endif
}
MLMATH_INLINE vec_f32 swap_pairs(vec_f32 v) {
#if defined(__AVX512F__)
    return (vec_f32)_mm512_maskz_permute_ps(0xffff, (__m512)v, 0xb1);
#elif defined(__AVX2__)
    return (vec_f32)_mm256_permute_ps((__m256)v, 0xb1);
#elif defined(__SSE2__)
    return (vec_f32)_mm_shuffle_ps((__m128)v, (__m128)v, 0xb1);
#else
    return (vec_f32)vrev64q_f32((float32x4_t)v);
#endif
}

// ---- folding a register or the virtual lanes to one number ----------------------------------------------------------------------

// Halves folded onto each other: a tree of log2(Count) levels whose shape does not depend on the register width. Count: power of two.
template <int Count, class T, class Op> MLMATH_INLINE T fold(T* lane, Op op) {
    if constexpr (Count == 1) {
        return lane[0];
    } else {
        MLMATH_UNROLL for (int l = 0; l < Count / 2; ++l) lane[l] = op(lane[l], lane[l + Count / 2]);
        return fold<Count / 2>(lane, op);
    }
}
template <int Count, class T> MLMATH_INLINE T fold_sum(T* lane) {
    return fold<Count>(lane, [](T a, T b) __attribute__((always_inline)) { return a + b; });
}

}  // namespace mlmath::MLMATH_LEVEL
