// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: sums of products modulo p, to bytes. For kernel units with AVX-512 VNNI and VBMI.
#pragma once
#include "kernels/blas/gemm_crt/gemm_crt_layout.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// A sum s, |s| < 2^24, is a float exactly. Its quotient q is the low bits of 1.5 2^23 + s R, R the float nearest to 1 / p, rounded
// down to an integer by the multiply-add itself (an instruction's own rounding: no flags, and the thread's mode does not matter).
//   |R p - 1| <= 2^-24 (below), so s R = (s + e) / p with |e| < 1: for s = m p + r, 0 < r < p, it stays in (m, m + 1), and
//   q = m; for s = m p it may fall short, q = m - 1. So s - q p is in [0, p]: a byte, as p <= 253; for p = 256 R is exact.
// Only that byte is made: q enters with its low 16 bits, and what lies above the byte is never looked at.
//
// Counted in instructions of ports 0 and 5, for 64 sums: 3 for each 16 of them, 4 to gather the bytes (byte-masked shuffles;
// vpermi2b is three instructions inside, vpmovdb two and a store), 3 to add old bytes: 19, or 9.5 cycles.
// With R = r 2^-31 (an integer r: R is in [2^-8, 2^-7)): |r p - 2^31| <= 2^7, and 0 for 256.
constexpr bool reciprocals_are_close() {
    for (const int p : crt_moduli) {
        const std::int64_t two31 = std::int64_t{1} << 31;
        const auto r = static_cast<std::int64_t>(1.0f / static_cast<float>(p) * 0x1p31f);
        if (r * p - two31 > 128 || two31 - r * p > 128 || p > 256 || (p > 255 && r * p != two31)) return false;
    }
    return true;
}
static_assert(reciprocals_are_close());

struct CrtReduction {
    __m512 reciprocal, magic;
    __m512i minus_modulus;  // in the low word of each 32 bits, beside 0: the upper half of q does not count
    __m512i modulus_bytes;  // 0 for 256: bytes wrap by themselves
    __m512i lowest, order;  // the lowest byte of each 32 bits, four times; bytes 4 l + v of a vector, l = 0..15 for each v

    static constexpr int nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC, down = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;

    MLMATH_INLINE explicit CrtReduction(int modulus)
        : reciprocal(_mm512_div_round_ps(_mm512_set1_ps(1), _mm512_set1_ps(static_cast<float>(modulus)), nearest)),
          magic(_mm512_set1_ps(0x1.8p23f)),
          minus_modulus(_mm512_set1_epi32(0x10000 - modulus)),
          modulus_bytes(_mm512_set1_epi8(static_cast<char>(modulus))),
          lowest(_mm512_broadcast_i32x4(_mm_setr_epi32(0, 0x04040404, 0x08080808, 0x0c0c0c0c))) {
        const __m512i sixteens = _mm512_broadcast_i32x4(_mm_setr_epi32(0x0c080400, 0x1c181410, 0x2c282420, 0x3c383430));
        order = _mm512_add_epi8(
            sixteens, _mm512_setr_epi32(0, 0, 0, 0, 0x01010101, 0x01010101, 0x01010101, 0x01010101, 0x02020202, 0x02020202,
                                        0x02020202, 0x02020202, 0x03030303, 0x03030303, 0x03030303, 0x03030303));
    }

    /// A representative in [0, 255] of each sum, in the lowest byte of its 32 bits; the upper ones hold anything.
    MLMATH_INLINE __m512i one(__m512i sums) const {
        const __m512 quotient = _mm512_fmadd_round_ps(_mm512_cvtepi32_ps(sums), reciprocal, magic, down);
        return _mm512_dpwssd_epi32(sums, _mm512_castps_si512(quotient), minus_modulus);
    }

    /// 64 sums, |s| < 2^24 each, to bytes in the same order.
    MLMATH_INLINE __m512i bytes(__m512i s0, __m512i s1, __m512i s2, __m512i s3) const {
        __m512i merged = one(s0);
        merged = _mm512_mask_shuffle_epi8(merged, 0x2222222222222222, one(s1), lowest);
        merged = _mm512_mask_shuffle_epi8(merged, 0x4444444444444444, one(s2), lowest);
        merged = _mm512_mask_shuffle_epi8(merged, 0x8888888888888888, one(s3), lowest);
        return _mm512_permutexvar_epi8(order, merged);
    }

    /// x in [0, p] (from bytes()) + old in [0, 255], modulo p in [0, 255]: where the sum leaves the byte, it is at most p + 255,
    /// and p less is a byte again.
    MLMATH_INLINE __m512i add(__m512i x, __m512i old) const {
        const __m512i sum = _mm512_add_epi8(x, old);
        return _mm512_mask_sub_epi8(sum, _mm512_cmplt_epu8_mask(sum, x), sum, modulus_bytes);
    }
};

}  // namespace
}  // namespace mlmath::MLMATH_LEVEL
