// SPDX-License-Identifier: BSD-3-Clause
// uniform: words to numbers in registers. Compiled once per level.
#include "kernels/random/distributions/uniform/uniform_parts.hpp"
#include "kernels/random/engines/xblock/xblock_fill.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// floor(w / 2^11) 2^-53. Without a conversion of 64-bit integers: the upper 52 bits k as 1 + k 2^-52, less 1 or, when bit 11 is
// set, less 1 - 2^-53 (whose bits are those of 1, minus one). Both numbers are in [1/2, 2], so the difference is exact.
MLMATH_INLINE vec_f64 unit(vec_u64 w, double) {
#if defined(__AVX512DQ__)
    return (vec_f64)_mm512_cvtepu64_pd((__m512i)(w >> 11)) * 0x1p-53;
#else
    const vec_u64 one = broadcast<std::uint64_t>(0x3ff0000000000000u);
    return bits_as<double>((w >> 12) | one) - bits_as<double>(one - ((w >> 11) & broadcast<std::uint64_t>(1)));
#endif
}

// floor(h / 2^8) 2^-24 of each half; the low half of a word is the lower lane. 24 bits fit the signed conversion and are exact.
MLMATH_INLINE vec_f32 unit(vec_u64 w, float) {
    return __builtin_convertvector(bits_as<std::int32_t>(bits_as<std::uint32_t>(w) >> 8), vec_f32) * 0x1p-24f;
}

template <class T, bool Plain>
MLMATH_INLINE vec<T> element(vec_u64 w, const UniformParameters<T>& p) {
    if constexpr (Plain)
        return unit(w, T());
    else
        return broadcast<T>(p.low) + broadcast<T>(p.range) * unit(w, T());
}

constexpr std::ptrdiff_t words_per_register = width<std::uint64_t>;
template <class T>
constexpr std::ptrdiff_t per_word = 8 / static_cast<std::ptrdiff_t>(sizeof(T));

template <class T, bool Plain>
struct Uniform {
    const UniformParameters<T>& parameters;
    void steps(XBlockLanes& lanes, std::ptrdiff_t, T* out, std::ptrdiff_t steps) const {
        const UniformParameters<T> p = parameters;
        run_lanes(lanes, steps, [out, p](std::ptrdiff_t step, int lane, vec_u64 word) __attribute__((always_inline)) {
            store(out + (step * xblock_lanes + lane) * per_word<T>, element<T, Plain>(word, p));
        });
    }
};

template <class T>
bool is_plain(const UniformParameters<T>& p) {
    return p.low == 0 && p.range == 1;
}

template <class T>
void fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, T* out, bool streaming,
          const UniformParameters<T>& p) {
    if (is_plain(p))
        fill_part_of_block(key, block, first, count, out, streaming, Uniform<T, true>{p});
    else
        fill_part_of_block(key, block, first, count, out, streaming, Uniform<T, false>{p});
}

template <class T>
void convert(const StreamKey&, std::uint64_t, const std::uint64_t* words, std::ptrdiff_t steps, T* out,
             const UniformParameters<T>& p) {
    const bool plain = is_plain(p);
    for (std::ptrdiff_t i = 0; i < steps * xblock_lanes; i += words_per_register) {
        const vec_u64 w = load(words + i);
        store(out + i * per_word<T>, plain ? element<T, true>(w, p) : element<T, false>(w, p));
    }
}

// Parameters of each element: product and sum rounded one after the other, as above.
template <class T>
void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                  const double* const* parameters) {
    convert<T>(key, unit, words, units, out, {0, 1});
    for (std::ptrdiff_t i = 0; i < units * xblock_lanes * (8 / static_cast<std::ptrdiff_t>(sizeof(T))); ++i) {
        const T scaled = static_cast<T>(parameters[1][i] - parameters[0][i]) * out[i];
        out[i] = static_cast<T>(parameters[0][i]) + scaled;
    }
}

}  // namespace

extern const UniformKernels uniform_kernels;
const UniformKernels uniform_kernels = {{fill<double>, convert<double>, convert_each<double>},
                                        {fill<float>, convert<float>, convert_each<float>}};

}  // namespace mlmath::MLMATH_LEVEL
