// SPDX-License-Identifier: BSD-3-Clause
// normal: steps of 16 words to 16 doubles or 32 floats. Compiled once per level.
#include "kernels/random/distributions/normal/normal_parts.hpp"
#include "kernels/random/distributions/normal/normal_transform.hpp"
#include "kernels/random/engines/xblock/xblock_fill.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T, bool Plain>
MLMATH_INLINE vec<T> placed(vec<T> z, const NormalParameters<T>& p) {
    if constexpr (Plain)
        return z;
    else
        return broadcast<T>(p.loc) + broadcast<T>(p.scale) * z;
}

template <bool Plain>
MLMATH_INLINE void transform(const StreamKey&, std::uint64_t, const std::uint64_t* words, std::ptrdiff_t steps, double* out,
                             const NormalParameters<double> p) {
    constexpr int half = xblock_lanes / 2, w = width<double>;
    for (std::ptrdiff_t s = 0; s < steps; ++s, words += xblock_lanes, out += xblock_lanes) {
        MLMATH_UNROLL for (int j = 0; j < half; j += w) {
            vec_f64 first, second;
            normal_pair(load(words + j), load(words + half + j), first, second);
            store(out + j, placed<double, Plain>(first, p));
            store(out + half + j, placed<double, Plain>(second, p));
        }
    }
}

// Radii below normal_f32_tail (one half in four million) are continued by 32 extra bits. `word` is the position of the first
// radius's word.
__attribute__((noinline)) void continue_tail(const StreamKey& key, std::uint64_t word, vec_u32 h, vec_f32& d) {
    for (int l = 0; l < width<float>; ++l) {
        if (h[l] >= normal_f32_tail) continue;
        std::uint64_t extra[4] = {word + static_cast<std::uint64_t>(l / 2), 1, key.jump, domain_normal_f32_tail};
        threefry4x64_20(key.key, extra);
        const std::uint64_t longer = (std::uint64_t(h[l]) << 32) | (extra[l % 2] >> 32) | 1;
        d[l] = static_cast<float>(static_cast<std::int64_t>(longer)) * 0x1p-32f;
    }
}

template <bool Plain>
MLMATH_INLINE void transform(const StreamKey& key, std::uint64_t step, const std::uint64_t* words, std::ptrdiff_t steps, float* out,
                             const NormalParameters<float> p) {
    constexpr int half = xblock_lanes / 2, w = width<std::uint64_t>;  // words; a word is two elements
    for (std::ptrdiff_t s = 0; s < steps; ++s, ++step, words += xblock_lanes, out += 2 * xblock_lanes) {
        MLMATH_UNROLL for (int j = 0; j < half; j += w) {
            const vec_u32 h = bits_as<std::uint32_t>(load(words + j)), angle = bits_as<std::uint32_t>(load(words + half + j));
            vec_f32 d = radius_argument(h), first, second;
            if (__builtin_expect(any_in_tail(h), 0)) continue_tail(key, step * xblock_lanes + static_cast<std::uint64_t>(j), h, d);
            normal_pair(d, h, angle, first, second);
            store(out + 2 * j, placed<float, Plain>(first, p));
            store(out + 2 * (half + j), placed<float, Plain>(second, p));
        }
    }
}

// Words go to a tile in L1 first: generator and transform together would need more registers than there are.
template <class T, bool Plain>
struct Normal {
    const StreamKey& key;
    std::uint64_t first_step;  // of the block, in the stream
    const NormalParameters<T>& parameters;
    void steps(XBlockLanes& lanes, std::ptrdiff_t step, T* out, std::ptrdiff_t steps) const {
        alignas(64) std::uint64_t words[xblock_tile_steps * xblock_lanes];
        run_words(lanes, steps, words);
        transform<Plain>(key, first_step + static_cast<std::uint64_t>(step), words, steps, out, parameters);
    }
};

template <class T>
bool is_plain(const NormalParameters<T>& p) {
    return p.loc == 0 && p.scale == 1;
}

template <class T>
void fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, T* out, bool streaming,
          const NormalParameters<T>& p) {
    const std::uint64_t step = block * xblock_steps;
    if (is_plain(p))
        fill_part_of_block(key, block, first, count, out, streaming, Normal<T, true>{key, step, p});
    else
        fill_part_of_block(key, block, first, count, out, streaming, Normal<T, false>{key, step, p});
}

template <class T>
void convert(const StreamKey& key, std::uint64_t step, const std::uint64_t* words, std::ptrdiff_t steps, T* out,
             const NormalParameters<T>& p) {
    if (is_plain(p))
        transform<true>(key, step, words, steps, out, p);
    else
        transform<false>(key, step, words, steps, out, p);
}

// Parameters of each element: product and sum rounded one after the other, as above.
template <class T>
void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                  const double* const* parameters) {
    convert<T>(key, unit, words, units, out, {0, 1});
    for (std::ptrdiff_t i = 0; i < units * xblock_lanes * (8 / static_cast<std::ptrdiff_t>(sizeof(T))); ++i) {
        const T scaled = static_cast<T>(parameters[1][i]) * out[i];
        out[i] = static_cast<T>(parameters[0][i]) + scaled;
    }
}

}  // namespace

extern const NormalKernels normal_kernels;
const NormalKernels normal_kernels = {{fill<double>, convert<double>, convert_each<double>},
                                      {fill<float>, convert<float>, convert_each<float>}};

}  // namespace mlmath::MLMATH_LEVEL
