// SPDX-License-Identifier: BSD-3-Clause
// student_t: units of two steps to 16 elements, by Bailey's transform. Compiled once per level.
#include "kernels/random/distributions/gamma/gamma_tile.hpp"
#include "kernels/random/distributions/student_t/student_t_parts.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// sqrt(df (u^(-2/df) - 1)) from x = -2 ln u / df.
MLMATH_INLINE vec_f64 polar_radius(vec_f64 df, vec_f64 x) { return square_root(df * math_detail::expm1_in_range<double>(x)); }
// The same as e^(x/2) sqrt(df (1 - e^-x)), which overflows only where the result does.
MLMATH_INLINE vec_f64 far_radius(vec_f64 df, vec_f64 x) {
    const vec_f64 rest = -math_detail::expm1_in_range<double>(-minimum<double>(x, broadcast(600.0)));
    return square_root(df * rest) * exp_of_any(x * 0.5);
}

MLMATH_INLINE vec_f64 element(vec_f64 df, vec_u64 w, vec_u64 angle) {
    const vec_f64 capped = minimum<double>(broadcast(student_t_normal_df), df);  // NaN stays
    const vec_f64 x = minus_two_log_of_word(w) / capped;
    const mask<double> small = capped < student_t_small_df;
    vec_f64 r;
    if (!any(small))
        r = polar_radius(capped, x);
    else
        r = select<double>(small, far_radius(capped, x), polar_radius(capped, minimum<double>(x, broadcast(600.0))));
    vec_f64 first, unused;
    point<double>(r, bits_as<double>((angle >> 12) | broadcast<std::uint64_t>(0x3ff0000000000001u)) - 1.5, angle, first, unused);
    return select<double>(df == df, first, df);
}

template <class T, class Df>
MLMATH_INLINE void convert_with(const std::uint64_t* words, std::ptrdiff_t units, T* out, const Df& df) {
    GammaOutput<T> output(out);
    double* to = output.tile();
    for (std::ptrdiff_t u = 0; u < units; ++u, words += 2 * xblock_lanes)
        MLMATH_UNROLL for (int j = 0; j < xblock_lanes; j += width<double>)
            store(to + 16 * u + j, element(df(16 * u + j), load(words + j), load(words + xblock_lanes + j)));
    output.finish(16 * units);
}

template <class T>
void convert(const StreamKey&, std::uint64_t, const std::uint64_t* words, std::ptrdiff_t units, T* out,
             const StudentTParameters& p) {
    const vec_f64 df = broadcast(p.df);
    convert_with(words, units, out, [&](std::ptrdiff_t) __attribute__((always_inline)) { return df; });
}
template <class T>
void convert_each(const StreamKey&, std::uint64_t, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                  const double* const* parameters) {
    convert_with(words, units, out, [&](std::ptrdiff_t i) __attribute__((always_inline)) { return load(parameters[0] + i); });
}

}  // namespace

extern const StudentTKernels student_t_kernels;
const StudentTKernels student_t_kernels = {{convert<double>, convert_each<double>}, {convert<float>, convert_each<float>}};

}  // namespace mlmath::MLMATH_LEVEL
