// SPDX-License-Identifier: BSD-3-Clause
// gamma: a tile of standard gammas by rejection, for laws made of them. For kernel units: everything lives in the level's
// namespace.
#pragma once
#include "kernels/random/distributions/gamma/gamma_parts.hpp"
#include "kernels/random/distributions/normal/normal_transform.hpp"
#include "kernels/random/engines/extra_words.hpp"
#include "simd/math/exp.hpp"
#include "simd/math/log.hpp"

namespace mlmath::MLMATH_LEVEL {

// d and c of Marsaglia and Tsang's transform; a shape below 1 is raised by 1.
struct GammaShape {
    vec_f64 shape, d, c;
};
MLMATH_INLINE GammaShape gamma_shape(vec_f64 shape) {
    const vec_f64 d = select<double>(shape < 1.0, shape + 1.0, shape) - gamma_third;
    return {shape, d, 1.0 / square_root(d * 9.0)};
}

// One shape for all elements, or one for each: factor * shapes[i].
struct SameShape {
    GammaShape same;
    explicit MLMATH_INLINE SameShape(double shape) : same(gamma_shape(broadcast(shape))) {}
    MLMATH_INLINE GammaShape from(std::ptrdiff_t) const { return same; }
    MLMATH_INLINE GammaShape at(const std::uint64_t*) const { return same; }
};
struct ShapePerElement {
    const double* shapes;
    double factor;
    MLMATH_INLINE GammaShape from(std::ptrdiff_t first) const { return gamma_shape(load(shapes + first) * factor); }
    MLMATH_INLINE GammaShape at(const std::uint64_t* i) const {
        vec_f64 shape;
        for (int l = 0; l < width<double>; ++l) shape[l] = shapes[i[l]];
        return gamma_shape(shape * factor);
    }
};

// v = (1 + c z)^3; d v is the candidate.
MLMATH_INLINE vec_f64 gamma_cube(const GammaShape& s, vec_f64 z) {
    const vec_f64 t = fma(s.c, z, broadcast(1.0));
    return t * t * t;
}

// The lanes whose candidate is refused: ln u >= z^2/2 + d (1 - v + ln v), or v <= 0. NaN is accepted (and is the result).
MLMATH_INLINE mask<double> gamma_refused(const GammaShape& s, vec_f64 z, vec_f64 v, vec_u64 u) {
    const mask<double> outside = v <= 0.0;
    const vec_f64 log_v =
        math_detail::log_in_range<math_detail::NaturalLog<double>, double>(select<double>(outside, broadcast(1.0), v));
    const vec_f64 margin = fma(s.d + s.d, (1.0 - v) + log_v, fma(z, z, minus_two_log_of_word(u)));
    return outside | ((margin <= 0.0) & (s.d < gamma_never_refused));
}

// A standard exponential whose uniform begins with the 52 bits of the element's second word that the squeeze has not seen.
MLMATH_INLINE vec_f64 gamma_exponential(vec_u64 word) { return minus_two_log_of_word(word << 12 | word >> 52) * 0.5; }

// q = E / shape, where the shape is below 1: gamma(shape) = gamma(shape + 1) e^-q.
MLMATH_INLINE vec_f64 gamma_boost(vec_f64 shape, vec_u64 word) { return gamma_exponential(word) / shape; }

// e^x for every x but NaN: zero and infinity beyond the range, subnormal results rounded. Both ways give the same bits where both
// can.
MLMATH_INLINE vec_f64 exp_of_any(vec_f64 x) {
    using C = MathConstants<double>;
    if (!any(absolute(x) > C::exp_safe)) return math_detail::exp_in_range<double>(x);
    const vec_f64 y = minimum<double>(maximum<double>(x, broadcast(C::exp_clamp_low)), broadcast(C::exp_clamp_high));
    vec_f64 n, planted;
    const vec_f64 r = math_detail::exp_reduced<double>(y, n, planted);
    return math_detail::scaled_far<double>(n, planted, math_detail::exp_minus_1_reduced<double>(r, planted));
}

// ln x for x within the normal range or beyond it on either side, where it is that of the range's end.
MLMATH_INLINE vec_f64 log_of_any(vec_f64 x) {
    const vec_f64 smallest = broadcast(std::numeric_limits<double>::min()), largest = broadcast(std::numeric_limits<double>::max());
    const vec_f64 y = minimum<double>(maximum<double>(x, smallest), largest);
    return math_detail::log_in_range<math_detail::NaturalLog<double>, double>(y);
}

// The second word of elements first .. first + width - 1.
MLMATH_INLINE vec_u64 gamma_second_word(const std::uint64_t* words, int halves, std::ptrdiff_t first) {
    return load(words + first / 16 * halves * 8 + 16 + first % 16);
}

// out[i] = gamma of shape i, or of shape i + 1 where that is below 1: gamma_boost() is left to the caller. The first two steps of
// each unit of `halves` * 8 words are read.
//
// Constraint: one candidate in twenty to fifty needs two logarithms to be judged, one in fifty to thousand is refused.
// Arithmetic: 1 - 0.0331 z^4 is below the ratio of densities [Marsaglia2000]: u below it is accepted by three multiplications. 12
//   bits of u miss one acceptance in 4096 more.
// Decision: whole registers compute candidates and mark the doubtful; these are listed, judged a register at a time, and the
//   refused are drawn again from words of their own.
template <class Shapes>
MLMATH_INLINE void gamma_tile(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, int halves,
                              std::ptrdiff_t units, std::uint64_t domain, const Shapes& shapes, double* out) {
    constexpr int w = width<double>, half = xblock_lanes / 2;
    alignas(64) double normals[gamma_tile_elements];
    std::uint32_t list[gamma_tile_elements + w];
    std::uint16_t doubtful[gamma_tile_elements / 16];
    const std::ptrdiff_t stride = halves * 8;
    const auto candidate = [&](vec_f64 z, const std::uint64_t* second, std::ptrdiff_t i) __attribute__((always_inline)) {
        const GammaShape s = shapes.from(i);
        store(out + i, s.d * gamma_cube(s, z));
        store(normals + i, z);
        const vec_u64 top = (load(second) >> 12) & broadcast<std::uint64_t>(0x000fff0000000000u);
        const vec_f64 u = bits_as<double>(top | broadcast<std::uint64_t>(0x3ff0000000000000u));  // 1 + u, u a multiple of 2^-12
        const vec_f64 square = z * z;
        const mask<double> sure = u <= fnma(square * 0.0331, square, broadcast(2 - 0x1p-12));
        return bits_of(~sure);
    };
    for (std::ptrdiff_t u = 0; u < units; ++u) {
        const std::uint64_t* a = words + u * stride;
        unsigned marks = 0;
        MLMATH_UNROLL for (int j = 0; j < half; j += w) {
            vec_f64 first, second;
            normal_pair(load(a + j), load(a + half + j), first, second);
            marks |= candidate(first, a + 16 + j, 16 * u + j) << j;
            marks |= candidate(second, a + 16 + half + j, 16 * u + half + j) << (half + j);
        }
        doubtful[u] = static_cast<std::uint16_t>(marks);
    }
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t u = 0; u < units; ++u) count = append_lanes(list, count, doubtful[u], static_cast<std::uint32_t>(16 * u));

    // Attempt 0: the candidates that the squeeze left in doubt.
    std::ptrdiff_t kept = 0;
    for (std::ptrdiff_t at = 0; at < count; at += w) {
        const int n = count - at < w ? static_cast<int>(count - at) : w;
        alignas(64) std::uint64_t i[w], second[w];
        alignas(64) double z[w];
        for (int l = 0; l < w; ++l) {
            i[l] = list[at + (l < n ? l : n - 1)];
            const auto e = static_cast<std::ptrdiff_t>(i[l]);
            z[l] = normals[e], second[l] = words[e / 16 * stride + 16 + e % 16];
        }
        const GammaShape s = shapes.at(i);
        vec_u64 u = load(second);
        const mask<double> boosted = s.shape < 1.0;
        if (any(boosted)) {  // the word's other bits belong to the boost: fresh ones
            vec_u64 x[4];
            extra_words(key, place_of(unit, halves, load(i)), 0, domain, x);
            const vec_u64 top = broadcast<std::uint64_t>(0xfff0000000000000u);
            u = bits_as<std::uint64_t>(select<double>(boosted, bits_as<double>((u & top) | (x[0] & ~top)), bits_as<double>(u)));
        }
        const unsigned refused = bits_of(gamma_refused(s, load(z), gamma_cube(s, load(z)), u));
        for (int l = 0; l < n; ++l) {
            list[kept] = static_cast<std::uint32_t>(i[l]);
            kept += refused >> l & 1;
        }
    }
    draw_again(key, unit, halves, domain, list, kept, [&](const std::uint64_t* i, int n, const vec_u64(&x)[4]) {
        vec_f64 z, unused;
        normal_pair(x[0], x[1], z, unused);
        const GammaShape s = shapes.at(i);
        const vec_f64 v = gamma_cube(s, z);
        const unsigned accepted = ~bits_of(gamma_refused(s, z, v, x[2]));
        alignas(64) double g[w];
        store(g, s.d * v);
        for (int l = 0; l < n; ++l)
            if (accepted >> l & 1) out[i[l]] = g[l];
        return accepted;
    });
}

// A tile's doubles as elements of T, in place for doubles.
template <class T>
struct GammaOutput {
    alignas(64) double values[gamma_tile_elements];
    T* out;
    explicit MLMATH_INLINE GammaOutput(T* to) : out(to) {}
    MLMATH_INLINE double* tile() { return values; }
    MLMATH_INLINE void finish(std::ptrdiff_t n) {
        for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = static_cast<T>(values[i]);
    }
};
template <>
struct GammaOutput<double> {
    double* out;
    explicit MLMATH_INLINE GammaOutput(double* to) : out(to) {}
    MLMATH_INLINE double* tile() { return out; }
    MLMATH_INLINE void finish(std::ptrdiff_t) {}
};

}  // namespace mlmath::MLMATH_LEVEL
