// SPDX-License-Identifier: BSD-3-Clause
// normal: the Box-Muller transform of registers of words. For kernel units: everything lives in the level's namespace.
//
// No division, no table, no branch but one for float's rare tail. Only operations that every CPU rounds alike, in the textbook's
// order.
#pragma once
#include "kernels/random/distributions/uniform_log.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
MLMATH_INLINE vec<T> radius(vec<T> d, mask<T> near_one, T bits, T unit) {
    return square_root(minus_two_log<T>(d, near_one, bits, unit));
}

// The two normals of a pair: radius times the point at angle pi a / 2, mirrored by bits 0 and 1 of `bits`.
template <class T>
MLMATH_INLINE void point(vec<T> radius, vec<T> a, vec<typename Lane<T>::uint> bits, vec<T>& first, vec<T>& second) {
    using C = NormalCoefficients<T>;
    using U = typename Lane<T>::uint;
    constexpr int top = static_cast<int>(sizeof(T)) * 8 - 1;
    const vec<T> y = a * a, sine = a * horner(C::sin_terms, y), plain = fma_once(horner(C::cos_terms, y), y, broadcast<T>(1));
    const vec<T> cosine = bits_as<T>(bits_as<U>(plain) ^ (bits << top));
    const mask<T> exchange = (mask<T>)(bits << (top - 1)) < mask<T>{};
    first = radius * select<T>(exchange, sine, cosine);
    second = radius * select<T>(exchange, cosine, sine);
}

MLMATH_INLINE void normal_pair(vec_u64 w, vec_u64 angle, vec_f64& first, vec_f64& second) {
    const vec_f64 r = square_root(minus_two_log_of_word(w));
    const vec_f64 a = bits_as<double>((angle >> 12) | broadcast<std::uint64_t>(0x3ff0000000000001u)) - 1.5;
    point<double>(r, a, angle, first, second);
}

// Whether a radius half lies in the tail. (On AVX-512 a comparison made into a register of ones would keep GCC's "all ones" idiom,
// which reads its own target, in the loop: each step would wait for the one before.)
MLMATH_INLINE bool any_in_tail(vec_u32 h) {
    const vec_u32 above = broadcast<std::uint32_t>(~(normal_f32_tail - 1));
#if defined(__AVX512F__)
    return _mm512_testn_epi32_mask((__m512i)h, (__m512i)above) != 0;
#else
    return any((h & above) == vec_u32{});
#endif
}

// d of the radius halves, before the tail's extra bits.
MLMATH_INLINE vec_f32 radius_argument(vec_u32 h) {
    return __builtin_convertvector((vec_i32)h ^ ((vec_i32)h >> 31), vec_f32) + 0.5f;
}
MLMATH_INLINE void normal_pair(vec_f32 d, vec_u32 h, vec_u32 angle, vec_f32& first, vec_f32& second) {
    const vec_f32 r = radius<float>(d, (vec_i32)h < vec_i32{}, 32, 0x1p-32f);
    const vec_u32 centred = (angle & broadcast<std::uint32_t>(~3u)) | broadcast<std::uint32_t>(2u);
    point<float>(r, __builtin_convertvector((vec_i32)centred, vec_f32) * 0x1p-32f, angle, first, second);
}

}  // namespace mlmath::MLMATH_LEVEL
