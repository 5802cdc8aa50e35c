// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: whether the norm-wise error of the scheme is not worse than the ordinary product's, told from one look at each line.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "kernels/blas/gemm/gemm_blocking.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_scaling.hpp"

namespace mlmath {

// The scheme's error is bounded by 2 sqrt(k) / L ||a|| ||b||, the ordinary product's by gamma |a|.|b|, |a|.|b| = sum_p |a_p b_p|.
// So |a|.|b| must be bounded from below, for every row a and column b, from sums over each alone:
//
//   (1) any f with f(x)^2 <= |x|:  |a|.|b| >= sum f(a_p)^2 f(b_p)^2 >= (sum f(a_p) f(b_p))^2 / k   (Cauchy and Schwarz)
//   (2) with the angles phi of the vectors f(a), f(b) to (1, ..., 1), which add up to theirs at most:
//       sum f(a_p) f(b_p) >= ||f(a)|| ||f(b)|| cos(phi_a + phi_b)
//   hence  |a|.|b| >= rho ||a|| ||b||,  rho = g_a g_b cos^2(phi_a + phi_b),
//          g = sum f^2 / (sqrt(k) ||.||),  cos phi = sum f / sqrt(k sum f^2)
//
// With roots for f an uneven line is nearer to (1, ..., 1) than it is itself: normal numbers have g = 0.80, phi = 23 degrees,
// rho = 0.31; Laplace's 0.16; one normal operand, the other with its negative half set to zero: 0.04; exp(4 N(0, 1)) nothing.
struct CrtEvenness {
    double least_share = 1;   // min g
    double least_cosine = 1;  // min cos phi

    void look_at(const CrtSums& sums, std::ptrdiff_t k) {
        if (sums.squares == 0) return;  // a line of zeros gives zeros
        const double depth = static_cast<double>(k);
        least_share = std::min(least_share, sums.root_squares / (std::sqrt(depth) * std::sqrt(sums.squares)));
        least_cosine = std::min(least_cosine, sums.roots / std::sqrt(depth * sums.root_squares));
    }
};

/// rho for every pair of lines: 0 when the angles may add up to a right one.
inline double crt_least_inner_product(const CrtEvenness& a, const CrtEvenness& b) {
    const auto sine = [](double cosine) { return std::sqrt(std::max(0.0, 1 - cosine * cosine)); };
    const double cosine = a.least_cosine * b.least_cosine - sine(a.least_cosine) * sine(b.least_cosine);
    return cosine <= 0 ? 0 : a.least_share * b.least_share * cosine * cosine;
}

/// The rho from which on the scheme may be taken in place of the ordinary product of T.
/// Constraint: not only the bound but the error should not be worse; an ordinary product's error lies well below its bound.
/// Decision: the scheme's bound must be a quarter of the ordinary one's.
template <class T>
double crt_least_rho(std::ptrdiff_t k, double norm_limit) {
    const double depth = static_cast<double>(k), chunk = static_cast<double>(gemm_k_chunk<T>);
    const double gamma = (std::min(depth, chunk) + std::ceil(depth / chunk)) * std::numeric_limits<T>::epsilon() / 2;
    return 4 * 2 * std::sqrt(depth) / (norm_limit - std::sqrt(depth) / 2) / gamma;
}

}  // namespace mlmath
