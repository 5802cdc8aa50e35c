// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: the sums of one line, the definition.
#pragma once
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/blas/gemm_crt/gemm_crt_scaling.hpp"

namespace mlmath {

// Halving the bits of a double halves its exponent and maps 1 + t to 1 + t/2, and 2 (1 + t) to 1.5 + t/2, t in [0, 1): a root of
// |x| from straight lines. It is never too small: the squares, 1 + t + t^2/4 and 2.25 + 1.5 t + t^2/4, exceed 1 + t and 2 + 2 t by
// t^2/4 and (1 - t)^2/4; and at most 1.5 / sqrt(2) = 1.0607 times too large: the ratio of squares grows with t to 2.25 / 2 at t =
// 1 in the former, and falls from 2.25 / 2 in the latter. Scaled by less than 2 sqrt(2) / 3, f(x)^2 <= |x|; the scale is applied
// to the sums. Zero and numbers below the normal ones give about 2^-511, whose square is nothing.
constexpr std::uint64_t crt_root_offset = std::uint64_t{1023} << 51;
constexpr double crt_root_scale = 0.9428;
static_assert(crt_root_scale * crt_root_scale * 9 < 8);

inline double crt_unscaled_root(double x) {
    return std::bit_cast<double>((std::bit_cast<std::uint64_t>(std::fabs(x)) >> 1) + crt_root_offset);
}

/// The sums of x[0], x[stride], ... in 16 lanes each, added as a tree.
template <class T>
CrtSums crt_sums_of_line(const T* x, std::ptrdiff_t k, std::ptrdiff_t stride) {
    double squares[crt_sum_lanes] = {}, roots[crt_sum_lanes] = {}, root_squares[crt_sum_lanes] = {};
    for (std::ptrdiff_t p = 0; p < k; ++p) {
        const double value = x[p * stride], root = crt_unscaled_root(value);
        const std::ptrdiff_t lane = p % crt_sum_lanes;
        squares[lane] = std::fma(value, value, squares[lane]);
        roots[lane] += root;
        root_squares[lane] = std::fma(root, root, root_squares[lane]);
    }
    for (int half = crt_sum_lanes / 2; half > 0; half /= 2)
        for (int l = 0; l < half; ++l) {
            squares[l] += squares[l + half];
            roots[l] += roots[l + half];
            root_squares[l] += root_squares[l + half];
        }
    return {squares[0], crt_root_scale * roots[0], crt_root_scale * crt_root_scale * root_squares[0]};
}

}  // namespace mlmath
