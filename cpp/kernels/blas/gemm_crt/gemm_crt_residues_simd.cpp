// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: from a panel of lines to its residues, by dot products of digits.
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_residues_digits.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr CrtDigitsTable table = crt_digits_table();

// Digits of 16 lines x 64 p: [16 rows][4 vectors][16 elements], low and high dwords.
struct Digits {
    alignas(64) std::int32_t low[16][4][16], high[16][4][16];
};

// The first `count` of eight adjacent numbers, zeros behind them.
template <class T>
MLMATH_INLINE vec_f64 load_eight(const T* x, std::ptrdiff_t count = 8) {
    const auto mask = static_cast<__mmask8>(count >= 8 ? 0xff : count <= 0 ? 0 : (1 << count) - 1);
    if constexpr (sizeof(T) == 8)
        return _mm512_maskz_loadu_pd(mask, x);
    else
        return _mm512_maskz_cvtps_pd(mask, _mm256_maskz_loadu_ps(mask, x));
}

MLMATH_INLINE __m512i digits_of(__m512d scaled) {
    const __m512i integer = _mm512_cvt_roundpd_epi64(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    return _mm512_add_epi64(integer, _mm512_set1_epi8(-128));
}

// 2^s x without flags: an element far below its line's norm may leave the normal numbers on its way to zero, and the product
// itself has no underflow there.
MLMATH_INLINE __m512d scaled(__m512d x, __m512d power) {
    return _mm512_mul_round_pd(x, power, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

// Sixteen elements at x and x + 8, times their powers of two.
template <bool wide, class T>
MLMATH_INLINE void store_digits(const T* x, __m512d first, __m512d second, std::int32_t* low, std::int32_t* high) {
    const __m512i a = digits_of(scaled(load_eight(x), first)), b = digits_of(scaled(load_eight(x + 8), second));
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    _mm512_store_si512(low, _mm512_permutex2var_epi32(a, even, b));
    if constexpr (wide) _mm512_store_si512(high, _mm512_permutex2var_epi32(a, _mm512_or_si512(even, _mm512_set1_epi32(1)), b));
}

double power_of_two(int exponent) {
    const std::int64_t bits = static_cast<std::int64_t>(exponent + 1023) << 52;
    double value;
    __builtin_memcpy(&value, &bits, 8);
    return value;
}

template <bool past>
MLMATH_INLINE void put(std::uint8_t* out, __m512i bytes) {
    if constexpr (past)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(out), bytes);
    else
        _mm512_store_si512(out, bytes);
}

// Modulo 256: the low digit; as a byte it is the same signed and unsigned.
template <bool past>
void low_bytes(const Digits& d, std::uint8_t* out) {
    for (int r = 0; r < 16; ++r) {
        const auto low = [&](int t) __attribute__((always_inline)) { return _mm512_load_si512(d.low[r][t]); };
        __m512i bytes = _mm512_mask_mov_epi8(low(0), 0x2222222222222222, _mm512_slli_epi32(low(1), 8));
        bytes = _mm512_mask_mov_epi8(bytes, 0x4444444444444444, _mm512_slli_epi32(low(2), 16));
        bytes = _mm512_mask_mov_epi8(bytes, 0x8888888888888888, _mm512_slli_epi32(low(3), 24));
        put<past>(out + 64 * r, _mm512_xor_si512(bytes, _mm512_set1_epi8(-128)));
    }
}

// Constraint: two vector ports. For 64 residues there are 4 (narrow), 8 or 12 dot products, and 10 operations on words and bytes:
//   packing 2, quotients 2 (and 2 shifts where there is no second stage), multiples 2, subtractions 2, packing and order 2; one
//   more for A, whose residues are those of x + 128, less 128. In all 16, 20 or 22. Copies that dot products destroy are renamed,
//   not run.
template <bool wide, bool second, bool left, bool past>
void residues_of_tile(const Digits& d, const CrtDigits& c, std::uint8_t* out) {
    const __m512i w_low = _mm512_set1_epi32(static_cast<int>(c.low)), w_high = _mm512_set1_epi32(static_cast<int>(c.high));
    const __m512i small = _mm512_set1_epi32(static_cast<int>(c.small));
    const __m512i bias = _mm512_set1_epi32(c.bias), centre = _mm512_set1_epi32(c.centre);
    const __m512i reciprocal = _mm512_set1_epi16(static_cast<short>(c.reciprocal)),
                  modulus = _mm512_set1_epi16(static_cast<short>(c.modulus));
    const __m128i columns = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i order = _mm512_maskz_broadcast_i32x4(0xffff, columns);
    for (int r = 0; r < 16; ++r) {
        __m512i v[4], words[2];
        MLMATH_UNROLL for (int t = 0; t < 4; ++t) {
            v[t] = _mm512_dpbusd_epi32(bias, _mm512_load_si512(d.low[r][t]), w_low);
            if constexpr (wide) v[t] = _mm512_dpbusd_epi32(v[t], _mm512_load_si512(d.high[r][t]), w_high);
            if constexpr (second) v[t] = _mm512_dpbusd_epi32(centre, v[t], small);
        }
        MLMATH_UNROLL for (int h = 0; h < 2; ++h) {
            const __m512i word = _mm512_packus_epi32(v[2 * h], v[2 * h + 1]);
            __m512i quotient = _mm512_mulhi_epu16(word, reciprocal);
            if constexpr (!second) quotient = _mm512_srli_epi16(quotient, 7);
            words[h] = _mm512_sub_epi16(word, _mm512_mullo_epi16(quotient, modulus));
        }
        __m512i bytes = _mm512_shuffle_epi8(_mm512_packus_epi16(words[0], words[1]), order);
        if constexpr (left) bytes = _mm512_xor_si512(bytes, _mm512_set1_epi8(-128));
        put<past>(out + 64 * r, bytes);
    }
}

template <bool wide, bool left, bool past>
void residues_of_moduli(const Digits& d, int moduli, std::uint8_t* out, std::ptrdiff_t modulus_stride) {
    low_bytes<past>(d, out);  // 256 is the first modulus
    for (int t = 1; t < moduli; ++t) {
        const CrtDigits& c = table.of[left][wide][t];
        out += modulus_stride;
        if (wide && c.second)
            residues_of_tile<wide, wide, left, past>(d, c, out);
        else
            residues_of_tile<wide, false, left, past>(d, c, out);
    }
}
static_assert(crt_moduli[0] == 256);

// Half a step, 16 lines x 64 p, as 16 or 64 rows of adjacent numbers: p along a line of A, lines at a p of B. What memory does not
// hold that way, and edges, are put into a block of that shape first.
template <class T>
struct Half {
    const T* data;
    std::ptrdiff_t lines, depth;  // there are; at most 16 and 64 are taken
    std::ptrdiff_t line_stride, depth_stride;
    bool left;

    std::ptrdiff_t row_stride() const { return left ? line_stride : depth_stride; }
    std::ptrdiff_t along_stride() const { return left ? depth_stride : line_stride; }
    int rows() const { return left ? 16 : 64; }
    int row_length() const { return left ? 64 : 16; }
    std::ptrdiff_t rows_there() const { return left ? lines : depth; }
    std::ptrdiff_t length_there() const { return left ? depth : lines; }
    bool ready() const { return lines >= 16 && depth >= 64 && along_stride() == 1; }
};

template <class T>
void stage(const Half<T>& x, double* block) {
    const int rows = x.rows(), length = x.row_length();
    if (x.along_stride() == 1) {
        for (int r = 0; r < rows; ++r)
            for (int e = 0; e < length; e += 8)
                store(block + r * length + e,
                      load_eight(x.data + r * x.row_stride() + e, r < x.rows_there() ? x.length_there() - e : 0));
    } else if (x.row_stride() == 1) {
        for (int r = 0; r < rows; r += 8)
            for (int e = 0; e < length; e += 8) {
                vec_f64 square[8];
                MLMATH_UNROLL for (int i = 0; i < 8; ++i) square[i] =
                    load_eight(x.data + r + (e + i) * x.along_stride(), e + i < x.length_there() ? x.rows_there() - r : 0);
                transpose<double>(square);
                MLMATH_UNROLL for (int i = 0; i < 8; ++i) store(block + (r + i) * length + e, square[i]);
            }
    } else {
        for (int r = 0; r < rows; ++r)
            for (int e = 0; e < length; ++e)
                block[r * length + e] =
                    r < x.rows_there() && e < x.length_there() ? x.data[r * x.row_stride() + e * x.along_stride()] : 0;
    }
}

// Vector t of row r of a tile: elements p = 16 t .. of line r, or the lines at p = 16 t + r.
template <bool wide, class T>
void take_digits(const T* x, std::ptrdiff_t row_stride, bool left, const double* scales, Digits& digits) {
    const __m512d first = _mm512_load_pd(scales), second = _mm512_load_pd(scales + 8);
    for (int r = 0; r < 16; ++r) {
        const __m512d scale = _mm512_set1_pd(scales[r]);
        for (int t = 0; t < 4; ++t)
            store_digits<wide>(left ? x + r * row_stride + 16 * t : x + (16 * t + r) * row_stride, left ? scale : first,
                               left ? scale : second, digits.low[r][t], digits.high[r][t]);
    }
}

template <class T, bool wide, bool left, bool past>
void convert(const CrtConversion<T>& x) {
    const CrtLines<T>& all = x.lines;
    Digits digits;
    alignas(64) double block[16 * 64], scales[32];
    for (int l = 0; l < 32; ++l) scales[l] = l < all.lines ? power_of_two(x.exponents[l]) : 0;
    for (std::ptrdiff_t s = 0; s < crt_steps(all.depth); ++s)
        for (std::ptrdiff_t h = 0; h < 2; ++h) {
            const Half<T> half{all.data + h * crt_tile_lines * all.line_stride + s * crt_step_depth * all.depth_stride,
                               all.lines - h * crt_tile_lines,
                               all.depth - s * crt_step_depth,
                               all.line_stride,
                               all.depth_stride,
                               left};
            if (half.ready()) {
                take_digits<wide>(half.data, half.row_stride(), left, scales + 16 * h, digits);
            } else {
                stage(half, block);
                take_digits<wide>(block, half.row_length(), left, scales + 16 * h, digits);
            }
            residues_of_moduli<wide, left, past>(digits, x.moduli, x.out + s * crt_step_bytes + h * crt_tile_bytes,
                                                 x.modulus_stride);
        }
    if (past) _mm_sfence();
}

template <class T, bool wide, bool left>
void convert(const CrtConversion<T>& x) {
    x.past_caches ? convert<T, wide, left, true>(x) : convert<T, wide, left, false>(x);
}

template <class T>
void residues(const CrtConversion<T>& x) {
    if (x.side == CrtSide::left)
        x.wide ? convert<T, true, true>(x) : convert<T, false, true>(x);
    else
        x.wide ? convert<T, true, false>(x) : convert<T, false, false>(x);
}

}  // namespace

extern const CrtResiduesKernels<double> gemm_crt_residues_f64;
const CrtResiduesKernels<double> gemm_crt_residues_f64 = {residues<double>};
extern const CrtResiduesKernels<float> gemm_crt_residues_f32;
const CrtResiduesKernels<float> gemm_crt_residues_f32 = {residues<float>};

}  // namespace mlmath::MLMATH_LEVEL
