// SPDX-License-Identifier: BSD-3-Clause
// beta, F: units of four steps to 16 quotients of two gammas. Compiled once per level.
#include "kernels/random/distributions/beta/beta_parts.hpp"
#include "kernels/random/distributions/gamma/gamma_tile.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr std::ptrdiff_t second_gamma = 32;  // words from the first's

struct Gammas {
    vec_f64 first, second;  // of shapes a and b, those below 1 raised by 1
    vec_u64 first_word, second_word;
};

// ln of the quotient of the two gammas, of shapes factor p and factor q.
//
// Constraint: gammas of small shapes underflow, and 0/0 says nothing. Decision: their logarithms, whose large parts are E / shape.
MLMATH_INLINE vec_f64 log_quotient(vec_f64 p, vec_f64 q, double factor, const Gammas& g) {
    const vec_f64 tiny = broadcast(beta_tiny), zero{};
    const mask<double> raise = (p < tiny) & (q < tiny);
    const vec_f64 a = select<double>(raise, p / tiny, p) * factor, b = select<double>(raise, q / tiny, q) * factor;
    const vec_f64 first = select<double>(a < 1.0, gamma_boost(a, g.first_word), zero);
    const vec_f64 second = select<double>(b < 1.0, gamma_boost(b, g.second_word), zero);
    const vec_f64 quotient = g.first / g.second;
    return log_of_any(quotient) + (quotient - quotient) - (first - second);
}

struct Beta {
    static constexpr double shape_factor = 1;
    // Halved: the sum must not overflow.
    static MLMATH_INLINE vec_f64 plain(vec_f64, vec_f64, const Gammas& g) {
        const vec_f64 half = g.first * 0.5;
        return half / (half + g.second * 0.5);
    }
    static MLMATH_INLINE vec_f64 by_logarithms(vec_f64 a, vec_f64 b, const Gammas& g) {
        const vec_f64 x = log_quotient(a, b, shape_factor, g), e = exp_of_any(-absolute(x)), one = broadcast(1.0);
        return select<double>(x == x, select<double>(x < 0.0, e, one) / (one + e), x);
    }
};

struct F {
    static constexpr double shape_factor = 0.5;
    static MLMATH_INLINE vec_f64 plain(vec_f64 m, vec_f64 n, const Gammas& g) { return g.first / g.second * (n / m); }
    static MLMATH_INLINE vec_f64 by_logarithms(vec_f64 m, vec_f64 n, const Gammas& g) {
        const vec_f64 x = log_quotient(m, n, shape_factor, g) + log_of_any(n / m);
        return select<double>(x == x, exp_of_any(x), x);
    }
};

// Quotients where both shapes are 1 and more, logarithms elsewhere. A register of both kinds computes both: a lane's value depends
// on its own shapes alone.
template <class Law>
MLMATH_INLINE vec_f64 element(vec_f64 p, vec_f64 q, const Gammas& g) {
    const vec_f64 a = p * Law::shape_factor, b = q * Law::shape_factor;
    const mask<double> small = (a < 1.0) | (b < 1.0);
    if (!any(small)) return Law::plain(p, q, g);
    return select<double>(small, Law::by_logarithms(p, q, g), Law::plain(p, q, g));
}

template <class Law, class T, class Shapes, class Values>
MLMATH_INLINE void convert_with(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                                const Shapes& a, const Shapes& b, const Values& values) {
    GammaOutput<T> output(out);
    double* first = output.tile();
    alignas(64) double second[gamma_tile_elements / 2];
    gamma_tile(key, unit, words, beta_halves, units, domain_beta, a, first);
    gamma_tile(key, unit, words + second_gamma, beta_halves, units, domain_gamma_second, b, second);
    for (std::ptrdiff_t i = 0; i < 16 * units; i += width<double>) {
        const Gammas g = {load(first + i), load(second + i), gamma_second_word(words, beta_halves, i),
                          gamma_second_word(words + second_gamma, beta_halves, i)};
        store(first + i, element<Law>(values(0, i), values(1, i), g));
    }
    output.finish(16 * units);
}

template <class Law, class T>
void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
             const BetaParameters& p) {
    const vec_f64 values[] = {broadcast(p.first), broadcast(p.second)};
    convert_with<Law>(key, unit, words, units, out, SameShape(p.first * Law::shape_factor), SameShape(p.second * Law::shape_factor),
                      [&](int k, std::ptrdiff_t) __attribute__((always_inline)) { return values[k]; });
}
template <class Law, class T>
void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                  const double* const* parameters) {
    convert_with<Law>(key, unit, words, units, out, ShapePerElement{parameters[0], Law::shape_factor},
                      ShapePerElement{parameters[1], Law::shape_factor},
                      [&](int k, std::ptrdiff_t i) __attribute__((always_inline)) { return load(parameters[k] + i); });
}

}  // namespace

extern const BetaKernels beta_kernels;
const BetaKernels beta_kernels = {{convert<Beta, double>, convert<F, double>, convert_each<Beta, double>, convert_each<F, double>},
                                  {convert<Beta, float>, convert<F, float>, convert_each<Beta, float>, convert_each<F, float>}};

}  // namespace mlmath::MLMATH_LEVEL
