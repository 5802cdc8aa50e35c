// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: from the sums of a line (a row of A, a column of B) to its power of two. Shared by the textbook and the driver, so
// that both take the same one.
#pragma once
#include <cmath>
#include <cstddef>

#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"

namespace mlmath {

// Lanes of a sum over a line: element p goes to lane p mod 16, each lane is one chain of fma, and lanes are added as a tree
// (l and l + 8, then l and l + 4, ...). Two registers of doubles along a line; 16 rows in turn across lines.
constexpr int crt_sum_lanes = 16;

/// What one pass over a line x of length k knows of it.
struct CrtSums {
    double squares;       // sum x_p^2: not finite when an element is not, or on overflow
    double roots;         // sum f(x_p), the cheap root of gemm_crt_sums.hpp: f(x) <= sqrt|x|, but f(0) is next to nothing, not 0
    double root_squares;  // sum f(x_p)^2
};

// Constraint: the sum of squares must tell the norm, so no square that matters may leave the range of doubles; and 2^-(s_i + t_j)
//   times an integer below 2^126 must be a normal double.
// Arithmetic: norms in [2^-448, 2^448] and limits L from 2^11.4 to 2^62.4 give exponents s in [-437, 511], sums in [-874, 1022].
// Decision: lines outside are refused, 10^134 from one in either direction.
constexpr double crt_least_squares = 0x1p-896, crt_most_squares = 0x1p896;

/// Whether k is too large for lines of this norm: rounding k elements may take a quarter of it. From 2^20 elements (3 moduli) on.
inline bool crt_too_deep(std::ptrdiff_t k, double norm_limit) { return std::sqrt(static_cast<double>(k)) / 2 > norm_limit / 4; }

/// The s with which x goes to integers round(2^s x): the largest for which 2^s ||x|| + sqrt(k) / 2 <= norm_limit, where the second
/// term bounds what rounding k elements can add to the norm. A line of zeros takes 0.
inline int crt_exponent(double squares, std::ptrdiff_t k, double norm_limit) {
    if (squares == 0) return 0;
    const double norm = std::sqrt(squares) * (1 + 0x1p-20);  // the sum of squares is right to 2^-53 (k / 16 + 5)
    return std::ilogb((norm_limit - std::sqrt(static_cast<double>(k)) / 2) / norm);
}

}  // namespace mlmath
