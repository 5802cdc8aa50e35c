// SPDX-License-Identifier: BSD-3-Clause
// normal: the rungs below the production kernel.
#include "kernels/random/distributions/normal/normal_ladder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/distributions/normal/normal_coefficients.hpp"
#include "kernels/random/distributions/uniform/uniform_ladder.hpp"
#include "kernels/random/draw/draw.hpp"

namespace mlmath::ladder {
namespace {

// Uniform on [-1, 1): of a word (double), or of its two halves (float), low half first.
void signed_pair(OneWord& words, double& u, double& v) {
    u = static_cast<double>(words.next() >> 11) * 0x1p-52 - 1.0;
    v = static_cast<double>(words.next() >> 11) * 0x1p-52 - 1.0;
}
void signed_pair(OneWord& words, float& u, float& v) {
    const std::uint64_t w = words.next();
    u = static_cast<float>(static_cast<std::uint32_t>(w) >> 8) * 0x1p-23f - 1.0f;
    v = static_cast<float>(static_cast<std::uint32_t>(w >> 40)) * 0x1p-23f - 1.0f;
}

template <class T>
T libm_radius(T d, bool near_one, T unit) {
    return std::sqrt(-2 * (near_one ? std::log1p(-d * unit) : std::log(d * unit)));
}

template <class T>
void libm_point(T radius, T a, std::uint64_t bits, T& first, T& second) {
    constexpr T quarter_turn = T(1.57079632679489661923);
    T cosine = std::cos(quarter_turn * a), sine = std::sin(quarter_turn * a);
    if (bits & 1) cosine = -cosine;
    if (bits & 2) std::swap(cosine, sine);
    first = radius * cosine, second = radius * sine;
}

// The elements of one step of 16 words: 16 doubles or 32 floats.
void box_muller_step(std::uint64_t, const std::uint64_t* words, double* out) {
    for (int j = 0; j < 8; ++j) {
        const std::uint64_t w = words[j], angle = words[8 + j];
        const bool near_one = w >> 63;
        const double r = libm_radius(static_cast<double>(near_one ? ~w : w) + 0.5, near_one, 0x1p-64);
        libm_point(r, std::bit_cast<double>((angle >> 12) | 0x3ff0000000000001u) - 1.5, angle, out[j], out[8 + j]);
    }
}
void box_muller_step(std::uint64_t step, const std::uint64_t* words, float* out) {
    for (int j = 0; j < 16; ++j) {
        const int shift = j % 2 * 32;
        const auto h = static_cast<std::uint32_t>(words[j / 2] >> shift),
                   angle = static_cast<std::uint32_t>(words[8 + j / 2] >> shift);
        const bool near_one = h >> 31;
        float d = static_cast<float>(near_one ? ~h : h) + 0.5f;
        if (h < normal_f32_tail) {
            std::uint64_t extra[4];
            textbook::xblock_extra_words(stream, step * xblock_lanes + static_cast<std::uint64_t>(j / 2), 1, domain_normal_f32_tail,
                                         extra);
            d = static_cast<float>((std::uint64_t(h) << 32 | extra[j % 2] >> 32) | 1) * 0x1p-32f;
        }
        const float a = static_cast<float>(static_cast<std::int32_t>((angle & ~3u) | 2u)) * 0x1p-32f;
        libm_point(libm_radius(d, near_one, 0x1p-32f), a, angle, out[j], out[16 + j]);
    }
}

}  // namespace

template <class T>
void normal_polar(T* out, std::ptrdiff_t n, int) {
    OneWord words;
    for (std::ptrdiff_t i = 0; i < n; i += 2) {
        T u, v, s;
        do {
            signed_pair(words, u, v);
            s = u * u + v * v;
        } while (s >= 1 || s == 0);
        const T f = std::sqrt(-2 * std::log(s) / s);
        out[i] = u * f;
        if (i + 1 < n) out[i + 1] = v * f;
    }
}

template <class T>
void normal_box_muller(T* out, std::ptrdiff_t n, int) {
    constexpr std::ptrdiff_t per_step = 128 / sizeof(T);
    SixteenWords steps;
    std::uint64_t words[xblock_lanes], step = 0;
    for (std::ptrdiff_t i = 0; i < n; i += per_step, ++step) {
        steps.next(words);
        T elements[per_step];
        box_muller_step(step, words, elements);
        std::copy_n(elements, std::min(per_step, n - i), out + i);
    }
}

template <class T>
void normal_simd(T* out, std::ptrdiff_t n, int) {
    draw(stream, {0, false}, out, n, NormalLaw<T>({0, 1}), 1);
}

template <class T>
void normal_threaded(T* out, std::ptrdiff_t n, int threads) {
    draw(stream, {0, false}, out, n, NormalLaw<T>({0, 1}), threads);
}

#define MLMATH_NORMAL_LADDER(T)                               \
    template void normal_polar(T*, std::ptrdiff_t, int);      \
    template void normal_box_muller(T*, std::ptrdiff_t, int); \
    template void normal_simd(T*, std::ptrdiff_t, int);       \
    template void normal_threaded(T*, std::ptrdiff_t, int);
MLMATH_NORMAL_LADDER(double)
MLMATH_NORMAL_LADDER(float)

}  // namespace mlmath::ladder
