// SPDX-License-Identifier: BSD-3-Clause
// gamma: units of two steps to 16 gammas. Compiled once per level.
#include "kernels/random/distributions/gamma/gamma_tile.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// scale * gamma of a shape, from a tile's gamma g.
MLMATH_INLINE vec_f64 finished(vec_f64 g, vec_f64 shape, vec_f64 scale, const std::uint64_t* words, std::ptrdiff_t i) {
    const mask<double> boosted = shape < 1.0, exponential = shape == 1.0;
    if (any(boosted | exponential)) {
        const vec_f64 e = gamma_exponential(gamma_second_word(words, gamma_halves, i));
        g = select<double>(exponential, e, select<double>(boosted, g * exp_of_any(-(e / shape)), g));
    }
    return g * scale;
}

template <class T>
void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
             const GammaParameters& p) {
    GammaOutput<T> output(out);
    double* g = output.tile();
    if (p.shape != 1) gamma_tile(key, unit, words, gamma_halves, units, domain_gamma, SameShape(p.shape), g);
    // (Shape 1 takes nothing of g.)
    const vec_f64 shape = broadcast(p.shape), scale = broadcast(p.scale);
    for (std::ptrdiff_t i = 0; i < 16 * units; i += width<double>) store(g + i, finished(load(g + i), shape, scale, words, i));
    output.finish(16 * units);
}

template <class T>
void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                  const double* const* parameters) {
    GammaOutput<T> output(out);
    double* g = output.tile();
    gamma_tile(key, unit, words, gamma_halves, units, domain_gamma, ShapePerElement{parameters[0], 1}, g);
    for (std::ptrdiff_t i = 0; i < 16 * units; i += width<double>)
        store(g + i, finished(load(g + i), load(parameters[0] + i), load(parameters[1] + i), words, i));
    output.finish(16 * units);
}

// One parameter: the standard gamma's shape, or twice the shape of half a chi-square.
template <int Halves, class T>
void convert_each_halved(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                         const double* const* parameters) {
    constexpr double factor = 1.0 / Halves;
    GammaOutput<T> output(out);
    double* g = output.tile();
    gamma_tile(key, unit, words, gamma_halves, units, domain_gamma, ShapePerElement{parameters[0], factor}, g);
    for (std::ptrdiff_t i = 0; i < 16 * units; i += width<double>)
        store(g + i, finished(load(g + i), load(parameters[0] + i) * factor, broadcast<double>(Halves), words, i));
    output.finish(16 * units);
}

}  // namespace

extern const GammaLawKernels gamma_law_kernels;
const GammaLawKernels gamma_law_kernels = {
    {convert<double>, convert_each<double>, convert_each_halved<1, double>, convert_each_halved<2, double>},
    {convert<float>, convert_each<float>, convert_each_halved<1, float>, convert_each_halved<2, float>}};

}  // namespace mlmath::MLMATH_LEVEL
