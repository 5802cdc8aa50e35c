// SPDX-License-Identifier: BSD-3-Clause
// geometric: inversion of the exponential law. Compiled once per level.
#include "kernels/random/distributions/geometric/geometric_parts.hpp"

#include "kernels/random/distributions/uniform_log.hpp"
#include "simd/math/log.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

void convert_each(const StreamKey&, std::uint64_t, const std::uint64_t* words, std::ptrdiff_t units, std::int64_t* out,
                  const double* const* parameters) {
    constexpr double largest = 0x1.fffffffffffffp62;  // 2^63 - 1024
    for (std::ptrdiff_t i = 0; i < units * 16; i += width<double>) {
        const vec_f64 p = load(parameters[0] + i), twice = minus_two_log_of_word(load(words + i));
        const mask<double> sure = p > 1 - 0x1p-53;
        const vec_f64 rate = -math_detail::log1p_in_range<double>(-select<double>(sure, broadcast(0.5), p));
        // A rate too small for its reciprocal: every count is too large.
        const vec_f64 x = 0.5 * twice / maximum<double>(rate, broadcast(0x1p-1000)),
                      bounded = minimum<double>(x, broadcast(largest));
        const vec_i64 whole = __builtin_convertvector(bounded, vec_i64);  // towards 0
        const vec_f64 back = __builtin_convertvector(whole, vec_f64);
        vec_i64 k = whole - (vec_i64)(back < bounded);
        k = select<std::int64_t>((mask<std::int64_t>)((k < 1) | (vec_i64)sure), broadcast<std::int64_t>(1), k);
        k = select<std::int64_t>((mask<std::int64_t>)(x > largest), broadcast<std::int64_t>(0x7fffffffffffffff), k);
        store(out + i, select<std::int64_t>((mask<std::int64_t>)sure, broadcast<std::int64_t>(1), k));
    }
}

}  // namespace

extern const GeometricKernels geometric_kernels;
const GeometricKernels geometric_kernels = {convert_each};

}  // namespace mlmath::MLMATH_LEVEL
