// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: from the residues of a block of C to its numbers: sums of 52-bit multiply-adds in limbs, rounded once.
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"
#include "simd/vec.hpp"

// With T moduli, M their product, h_t = (M / p_t)^-1 modulo p_t, and weights W_t = h_t M / p_t < M:
//   S = sum_t r_t W_t - q M,   q = the integer nearest to sum_t r_t W_t / M,
// where r_t is any representative of the residue in [0, 255]. q is right because |S| <= (1 - 2^-10) M / 2 (crt_norm_limit): the
// quotient is at least 2^-11 away from where its rounding changes, and may be wrong by less than that.
//
// Every number is L limbs of w bits: W_t = sum_l W_tl 2^(w l). Sums of limbs are s_l = sum_t r_t W_tl < 255 T 2^w, by vpmadd52luq,
// which multiplies 52 by 52 bits and adds the low 52 of the product: exact as long as 8 + w <= 52.
//
// Constraint: the way from the sums to a double should be floating point, where an fma does what integers need three instructions
//   for (a 64-bit vpmullq is three, too). It is exact when s_l and q M_l are below 2^53: q <= 255 T < 2^12 for T <= 16, so w <= 40
//   is enough for T <= 15 (255 x 15 < 2^12, both terms < 2^52, so is the magnitude of their difference).
// Decision: L = 1, 2, 3 limbs for up to 5, 10, 15 moduli, of w = ceil(log2 M / L) <= 40 bits, so that the top limb is about as
//   wide as the others. 16 moduli (125.6 bits: rarely asked for) have limbs of 44 bits and integers to the end.
namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;  // whatever the caller's rounding mode

constexpr int bits_of(int128 x) {
    int bits = 0;
    for (; x != 0; x >>= 1) ++bits;
    return bits;
}
constexpr double power_of_two(int exponent) {
    double value = 1;
    for (; exponent > 0; --exponent) value *= 2;
    for (; exponent < 0; ++exponent) value /= 2;
    return value;
}
constexpr int limbs_of(int moduli) { return moduli <= 5 ? 1 : moduli <= 10 ? 2 : 3; }

template <int moduli>
struct Basis {
    static constexpr int limbs = limbs_of(moduli);
    static constexpr bool floating = moduli <= 15;
    static constexpr int width = floating ? (bits_of(crt_product(moduli)) + limbs - 1) / limbs : 44;
    std::int64_t weight[moduli][limbs], product[limbs];
    double inverse;  // 2^(w (L - 1)) / M, of the top limb
};
template <int moduli>
constexpr Basis<moduli> basis_of() {
    using B = Basis<moduli>;
    B basis{};
    const int128 product = crt_product(moduli);
    const auto split = [](int128 x, std::int64_t* out) {
        for (int l = 0; l < B::limbs; ++l, x >>= B::width) out[l] = static_cast<std::int64_t>(x & ((int128{1} << B::width) - 1));
    };
    for (int t = 0; t < moduli; ++t) split(product / crt_moduli[t] * crt_inverse(moduli, t), basis.weight[t]);
    split(product, basis.product);
    basis.inverse = power_of_two(B::width * (B::limbs - 1)) / static_cast<double>(product);
    return basis;
}
template <int moduli>
constexpr Basis<moduli> basis = basis_of<moduli>();

// What the quotient neglects, the sums below the top one: sum_{l < L - 1} s_l 2^(w l) < 255 T 2^(w (L - 1)) (1 + 2^(1 - w)), over
// M. Its rounding errors are 2^-52 q < 2^-40.
template <int moduli>
constexpr double neglected() {
    using B = Basis<moduli>;
    return B::limbs == 1 ? 0 : 255.0 * moduli * (1 + power_of_two(1 - B::width)) * basis<moduli>.inverse;
}
template <int moduli>
constexpr bool sound() {
    using B = Basis<moduli>;
    return (!B::floating || (B::width <= 40 && 255 * moduli < 1 << 12)) && B::width * B::limbs >= bits_of(crt_product(moduli)) &&
           neglected<moduli>() < 0x1p-11 - 0x1p-40;
}

MLMATH_INLINE __m512d as_double(__m512i x) { return _mm512_cvt_roundepi64_pd(x, nearest); }
MLMATH_INLINE __m512d whole(double x) { return _mm512_set1_pd(x); }
MLMATH_INLINE __m512d add(__m512d a, __m512d b) { return _mm512_add_round_pd(a, b, nearest); }
MLMATH_INLINE __m512d sub(__m512d a, __m512d b) { return _mm512_sub_round_pd(a, b, nearest); }
MLMATH_INLINE __m512d fma(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_round_pd(a, b, c, nearest); }
MLMATH_INLINE __m512d subtract_product(__m512d a, __m512d b, __m512d c) { return _mm512_fnmadd_round_pd(b, c, a, nearest); }
MLMATH_INLINE __m512d fma_minus(__m512d a, __m512d b, __m512d c) { return _mm512_fmsub_round_pd(a, b, c, nearest); }
// The integer nearest to a b, |a b| < 2^51.
MLMATH_INLINE __m512d integer(__m512d a, double b) {
    const __m512d magic = whole(0x1.8p52);
    return sub(fma(a, whole(b), magic), magic);
}

// high 2^(2 w) + middle 2^w + low, over 2^w, rounded once. All are integers, |low| <= 2^(w - 1), |middle| < 2^53,
// |high| <= 2^w, and |high 2^w + middle| < 2^(2 w - 1), 30 <= w <= 44.
//   s + e = high 2^w + middle exactly (two-sum: whatever the magnitudes; one instruction less than carrying from middle to high
//   first for the fast one). |e| <= 2^(2 w - 54).
//   e = 0: the last fma rounds s + low once.
//   otherwise s has 53 bits, e is an integer of at most half of its last place, so that place is at least 2, and points where
//   rounding changes are at integers. |low| 2^-w is at most a half: it only tells on which side of such a point, or exactly on it,
//   the sum lies, and so does a quarter with low's sign, or 0 for 0. (As it stands low may be lost: next to an e 2^w of 65 bits a
//   low of 1 is nothing, and a tie would go the wrong way.) With a quarter e + low is exact: 2 w - 54 + 2 < 53 bits.
// Zero is +0: exact differences and sums of opposite zeros are +0 in this rounding.
template <int w>
MLMATH_INLINE __m512d rounded(__m512d high, __m512d middle, __m512d low) {
    const __m512d unit = whole(power_of_two(w)), s = fma(high, unit, middle);
    const __m512d high_part = sub(s, middle), middle_part = sub(s, high_part);
    const __m512d e = add(fma_minus(high, unit, high_part), sub(middle, middle_part));
    const __mmask8 inexact = _mm512_cmp_pd_mask(e, _mm512_setzero_pd(), _CMP_NEQ_OQ);
    const __mmask8 replaced = _mm512_mask_cmp_pd_mask(inexact, low, _mm512_setzero_pd(), _CMP_NEQ_OQ);
    const __m512i sign = _mm512_set1_epi64(INT64_MIN), quarter = _mm512_castpd_si512(whole(power_of_two(w - 2)));
    low = _mm512_castsi512_pd(
        _mm512_mask_ternarylogic_epi64(_mm512_castpd_si512(low), replaced, sign, quarter, 0xea));  // low & sign | quarter
    return fma(s, unit, fma(e, unit, low));
}

// Numbers of 8 entries from the sums of their limbs.
template <int moduli>
MLMATH_INLINE __m512d number(const __m512i* sums) {
    using B = Basis<moduli>;
    constexpr int w = B::width;
    const B& by = basis<moduli>;
    if constexpr (B::floating) {
        // The limbs of S, |x_l| < 2^52; the top one is S 2^(-w (L - 1)) but for what is to be carried.
        __m512d x[B::limbs];
        MLMATH_UNROLL for (int l = 0; l < B::limbs; ++l) x[l] = as_double(sums[l]);
        const __m512d q = integer(x[B::limbs - 1], by.inverse);
        MLMATH_UNROLL for (int l = 0; l < B::limbs; ++l) x[l] =
            subtract_product(x[l], q, whole(static_cast<double>(by.product[l])));
        if constexpr (B::limbs == 1) return x[0];
        // One rounding of S < 2^80: both are exact, |x_1| 2^w < 2^80.
        if constexpr (B::limbs == 2) return fma(x[1], whole(power_of_two(w)), x[0]);
        if constexpr (B::limbs == 3) {
            const __m512d unit = whole(power_of_two(w));
            const __m512d carry = integer(x[0], power_of_two(-w));
            x[0] = subtract_product(x[0], carry, unit);
            return rounded<w>(x[2], add(x[1], carry), x[0]);
        }
    } else {
        // s_0, s_1 < 2^56, s_2 < 2^50: q M_l < 2^56 fits 64 bits. Carries leave a low limb in [-2^43, 2^43), a middle one in
        // [0, 2^44).
        const __m512i q = _mm512_cvt_roundpd_epi64(_mm512_mul_round_pd(as_double(sums[2]), whole(by.inverse), nearest), nearest);
        __m512i x[3];
        MLMATH_UNROLL for (int l = 0; l < 3; ++l) x[l] =
            _mm512_sub_epi64(sums[l], _mm512_mullo_epi64(q, _mm512_set1_epi64(by.product[l])));
        const __m512i carry = _mm512_srai_epi64(_mm512_add_epi64(x[0], _mm512_set1_epi64(std::int64_t{1} << (w - 1))), w);
        x[0] = _mm512_sub_epi64(x[0], _mm512_slli_epi64(carry, w));
        x[1] = _mm512_add_epi64(x[1], carry);
        x[2] = _mm512_add_epi64(x[2], _mm512_srai_epi64(x[1], w));
        x[1] = _mm512_and_si512(x[1], _mm512_set1_epi64((std::int64_t{1} << w) - 1));
        return rounded<w>(as_double(x[2]), as_double(x[1]), as_double(x[0]));
    }
}

constexpr std::int64_t exponent_bias = 1023;
MLMATH_INLINE double scale_of(int exponent) {
    const std::int64_t bits = (exponent_bias - exponent) << 52;
    double value;
    __builtin_memcpy(&value, &bits, 8);
    return value;
}

// Constraint: 32 registers; each modulus costs one load that widens 8 bytes to 8 integers and L multiply-adds for 8 entries, and L
//   weights to fetch for all.
// Arithmetic: with three limbs and 64 entries (two rows: one line of each modulus), 8 + 24 instructions, 3 weights and 4 to loop;
//   24 sums, 3 weights and the residues are 28 registers. Of ports 0 and 5 it takes 32 uops for 64 entries, 8 for 16.
// Decision: two rows at a time, whatever L.
constexpr int vectors_at_once = 8;

template <class T, int moduli>
void reconstruct(const CrtReconstruction<T>& x) {
    static_assert(sound<moduli>());
    using B = Basis<moduli>;
    alignas(64) double column_scales[32], row_scales[32];
    for (std::ptrdiff_t j = 0; j < 32; ++j) column_scales[j] = j < x.columns ? scale_of(x.column_exponents[j]) : 0;
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) row_scales[i] = scale_of(x.row_exponents[i]);
    __mmask8 some[4];
    for (std::ptrdiff_t v = 0; v < 4; ++v) some[v] = static_cast<__mmask8>(((std::uint64_t{1} << x.columns) - 1) >> (8 * v));
    __m512d largest = _mm512_setzero_pd();
    for (std::ptrdiff_t i = 0; i < x.rows; i += 2) {
        __m512i sum[vectors_at_once][B::limbs];
        MLMATH_UNROLL for (int v = 0; v < vectors_at_once; ++v) MLMATH_UNROLL for (int l = 0; l < B::limbs; ++l) sum[v][l] =
            _mm512_setzero_si512();
        const std::uint8_t* at = x.residues + 32 * i;  // a block has 32 rows, whatever x.rows
#pragma GCC unroll 1
        for (int t = 0; t < moduli; ++t, at += x.modulus_stride) {
            // Of the next block: lines of as many places as there are moduli, each met once; 0.23 ns a residue from memory, 0.10
            // asked for.
            _mm_prefetch(reinterpret_cast<const char*>(at + crt_block_bytes), _MM_HINT_T0);
            __m512i weight[B::limbs];
            MLMATH_UNROLL for (int l = 0; l < B::limbs; ++l) weight[l] = _mm512_set1_epi64(basis<moduli>.weight[t][l]);
            MLMATH_UNROLL for (int v = 0; v < vectors_at_once; ++v) {
                const __m512i r = _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at + 8 * v)));
                MLMATH_UNROLL for (int l = 0; l < B::limbs; ++l) sum[v][l] = _mm512_madd52lo_epu64(sum[v][l], r, weight[l]);
            }
        }
        MLMATH_UNROLL for (int v = 0; v < vectors_at_once; ++v) {
            const std::ptrdiff_t row = i + v / 4, column = v % 4 * 8;
            if (v == 4 && row >= x.rows) break;
            // S 2^-(row + column exponent) and the scale are normal doubles, or S = 0 (crt_least_squares): multiplying is exact.
            const __m512d scale = _mm512_mul_pd(whole(row_scales[row]), _mm512_load_pd(column_scales + column));
            const __m512d value = _mm512_mul_pd(number<moduli>(sum[v]), scale);
            T* const c = x.c + row * x.row_stride + column;
            if constexpr (sizeof(T) == 8)
                _mm512_mask_storeu_pd(c, some[v % 4], value);
            else {
                largest = _mm512_max_pd(largest, _mm512_abs_pd(value));
                _mm256_mask_storeu_ps(c, some[v % 4], _mm512_cvt_roundpd_ps(value, nearest));
            }
        }
    }
    // Conversions with a rounding mode of their own raise no flags; one that overflows must.
    if constexpr (sizeof(T) == 4) {
        volatile double most = _mm512_reduce_max_pd(largest);
        volatile float raises = static_cast<float>(most);
        static_cast<void>(raises);
    }
}

template <class T>
struct Table {
    void (*of[crt_most_moduli + 1])(const CrtReconstruction<T>&);
};
template <class T>
constexpr Table<T> table = {{nullptr, nullptr, nullptr, reconstruct<T, 3>, reconstruct<T, 4>, reconstruct<T, 5>, reconstruct<T, 6>,
                             reconstruct<T, 7>, reconstruct<T, 8>, reconstruct<T, 9>, reconstruct<T, 10>, reconstruct<T, 11>,
                             reconstruct<T, 12>, reconstruct<T, 13>, reconstruct<T, 14>, reconstruct<T, 15>, reconstruct<T, 16>}};
static_assert(crt_least_moduli == 3 && crt_most_moduli == 16);

template <class T>
void reconstruct_block(const CrtReconstruction<T>& x) {
    table<T>.of[x.moduli](x);
}

}  // namespace

extern const CrtReconstructKernels<double> gemm_crt_reconstruct_f64;
const CrtReconstructKernels<double> gemm_crt_reconstruct_f64 = {reconstruct_block<double>};
extern const CrtReconstructKernels<float> gemm_crt_reconstruct_f32;
const CrtReconstructKernels<float> gemm_crt_reconstruct_f32 = {reconstruct_block<float>};

}  // namespace mlmath::MLMATH_LEVEL
