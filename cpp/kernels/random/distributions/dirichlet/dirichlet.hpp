// SPDX-License-Identifier: BSD-3-Clause
// dirichlet: the Dirichlet law, rows of gammas brought to sum 1. Contract.
#pragma once
#include "kernels/random/draw/law.hpp"

namespace mlmath {

/// Row r of out: x_j = G_j / (G_1 + ... + G_k), G_j of the gamma law of shape alpha[j].
///
/// Definition  Element j of row r has the two words of element start + r k + j of the gamma law (gamma.hpp), extra words of domain
///             18; shape 1 is by rejection too. When the largest alpha is below 0.1 (NumPy's bound for its own second algorithm)
///             the logarithms of the gammas are taken and x is their softmax: no row is 0/0. Sums: four partial sums by j mod 4,
///             then (s0 + s1) + (s2 + s3). x = G * (1 / sum).
/// Parameters  k numbers >= 0 (no -0), or NaN (gives rows of NaN); all zero gives zeros, as NumPy does. The largest is 0 or
///             2^-512 and more: smaller ones would make E / alpha infinite, and the caller multiplies all of them by 2^512 then;
///             rows are corners of the simplex either way.
/// Shapes      out: rows * k, contiguous. It must not overlap alpha.
/// Result      the same bits on every level, for any number of threads and split.
/// Error       relative 2^-44 per element where alpha >= 1; of ln x, 2^-44 (1 + |ln x|), elsewhere. Rows sum to 1 within k ulp.
/// Cost        that of rows * k gammas with shapes of their own.
/// Failure     Interrupted.
void dirichlet(const StreamKey& key, StreamPosition start, const double* alpha, std::ptrdiff_t k, double* out, std::ptrdiff_t rows,
               int threads);

constexpr int dirichlet_halves = 4;

}  // namespace mlmath
