// SPDX-License-Identifier: BSD-3-Clause
// Conversions of runs. Compiled once per level; the loops are plain, the compiler puts them into registers.
#include "kernels/reduce/reduction_convert.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class From, class To>
void convert(const void* from, std::ptrdiff_t n, void* to) {
    const From* const x = static_cast<const From*>(from);
    To* const y = static_cast<To*>(to);
    for (std::ptrdiff_t i = 0; i < n; ++i) y[i] = static_cast<To>(x[i]);
}

// 1 + 5 + 10 bits. Normal numbers move by 13 bits and 112 exponents; below 2^-14 the bits count multiples of 2^-24; the largest
// exponent stands for infinity and NaN in both.
MLMATH_INLINE float float_of_half(std::uint16_t half) {
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16, magnitude = half & 0x7fff;
    const std::uint32_t normal =
        (magnitude << 13) + (std::uint32_t{112} << 23) + (magnitude >= 0x7c00 ? std::uint32_t{112} << 23 : 0u);
    const auto small = __builtin_bit_cast(std::uint32_t, static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24f);
    return __builtin_bit_cast(float, (magnitude < 0x400 ? small : normal) | sign);
}

template <class To>
void convert_half(const void* from, std::ptrdiff_t n, void* to) {
    const std::uint16_t* const x = static_cast<const std::uint16_t*>(from);
    To* const y = static_cast<To*>(to);
    std::ptrdiff_t i = 0;
#if defined(__AVX512F__)
    if constexpr (sizeof(To) == 4)
        for (; i + 16 <= n; i += 16)
            store(y + i, (vec_f32)_mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i))));
#elif defined(__F16C__)
    if constexpr (sizeof(To) == 4)
        for (; i + 8 <= n; i += 8) store(y + i, (vec_f32)_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i))));
#endif
    for (; i < n; ++i) y[i] = static_cast<To>(float_of_half(x[i]));
}

// ---- transposing ----------------------------------------------------------------------------------------------------------------

template <class T>
MLMATH_INLINE void transpose_plain(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, T* y,
                                   std::ptrdiff_t y_stride) {
    for (std::ptrdiff_t j = 0; j < columns; ++j)
        for (std::ptrdiff_t i = 0; i < rows; ++i) y[j * y_stride + i] = x[i * x_stride + j];
}

// Constraint: both sides are met in runs of a register. Decision: squares of a register's width; rows of squares, so that the lines
// of the source stay in L1 until all their columns are read. Rests one by one.
template <class T>
void transpose_elements(const void* from, std::ptrdiff_t x_stride, std::ptrdiff_t rows, std::ptrdiff_t columns, void* to,
                        std::ptrdiff_t y_stride) {
    const T* const x = static_cast<const T*>(from);
    T* const y = static_cast<T*>(to);
    constexpr std::ptrdiff_t side = sizeof(T) >= 4 ? 64 / sizeof(T) : 16;
    for (std::ptrdiff_t i = 0; i < rows; i += side) {
        const std::ptrdiff_t some_rows = rows - i < side ? rows - i : side;
        for (std::ptrdiff_t j = 0; j < columns; j += side) {
            const std::ptrdiff_t some_columns = columns - j < side ? columns - j : side;
            const T* const corner = x + i * x_stride + j;
            T* const target = y + j * y_stride + i;
            bool done = false;
            if constexpr (sizeof(T) >= 4) {
                if (some_rows == side && some_columns == side) {
                    for (std::ptrdiff_t a = 0; a < side; a += width<T>)
                        for (std::ptrdiff_t b = 0; b < side; b += width<T>) {
                            vec<T> v[width<T>];
                            MLMATH_UNROLL for (int k = 0; k < width<T>; ++k) v[k] = load(corner + (a + k) * x_stride + b);
                            transpose<T>(v);
                            MLMATH_UNROLL for (int k = 0; k < width<T>; ++k) store(target + (b + k) * y_stride + a, v[k]);
                        }
                    done = true;
                }
            }
            if (!done) transpose_plain(corner, x_stride, some_rows, some_columns, target, y_stride);
        }
    }
}

}  // namespace

extern const ConvertKernels convert_kernels;
const ConvertKernels convert_kernels = {
    {convert<std::uint8_t, double>, convert<std::int8_t, double>, convert<std::uint8_t, double>, convert<std::int16_t, double>,
     convert<std::uint16_t, double>, convert<std::int32_t, double>, convert<std::uint32_t, double>, convert<std::int64_t, double>,
     convert<std::uint64_t, double>, convert_half<double>, convert<float, double>, nullptr},
    {convert<std::uint8_t, std::int64_t>, convert<std::int8_t, std::int64_t>, convert<std::uint8_t, std::int64_t>,
     convert<std::int16_t, std::int64_t>, convert<std::uint16_t, std::int64_t>, convert<std::int32_t, std::int64_t>,
     convert<std::uint32_t, std::int64_t>, nullptr, nullptr, nullptr, nullptr, nullptr},
    convert_half<float>,
    {transpose_elements<std::uint8_t>, transpose_elements<std::uint16_t>, transpose_elements<float>, transpose_elements<double>},
};

}  // namespace mlmath::MLMATH_LEVEL
