// SPDX-License-Identifier: BSD-3-Clause
// class_scores: joint log-likelihoods of naive Bayes, and the probabilities or labels that follow from them. Contract.
#pragma once
#include <cstdint>

#include "core/view.hpp"

namespace mlmath {

enum class Likelihood { gaussian, multinomial, bernoulli };
enum class ClassResult { joint, log_probability, probability, label };

/// l_ik, the logarithm of class k's prior times the likelihood of row i in it:
///   gaussian     l_ik = c_k - (1/2) sum_j ((x_ij - a_kj) b_kj)^2       a: means, b: 1 / standard deviation,
///                                                                      c_k = log prior_k - (1/2) sum_j log(2 pi var_kj)
///   multinomial  l_ik = c_k + sum_j x_ij a_kj                          a: log P(j | k), c: log prior
///   bernoulli    l_ik = c_k + sum_j [x_ij > threshold] a_kj            a: log(p_kj / (1 - p_kj)), c: log prior + sum_j log(1 -
///   p_kj)
struct ClassModel {
    Likelihood likelihood;
    std::ptrdiff_t classes;  // K >= 1
    const double* a;         // K x d, contiguous
    const double* b;         // K x d: gaussian alone
    const double* c;         // K
    double threshold;        // bernoulli alone
};

/// out_ik = l_ik (joint), l_ik - log sum_m exp l_im (log_probability), its exponential (probability); or labels_i = the smallest k
/// with the largest l_ik. Returns whether every l_ik is finite (so that rows need not be looked through for NaN first).
///
/// Shapes    x: (n, d), any strides; out: n x K, contiguous, or null for labels; labels: n, or null for the others.
/// Error     l: (d + 6) eps times the sum of its terms' magnitudes. log_probability: l's, and 3 eps (1 + its size); probability:
///           exp of that.
/// Result    a row's bits depend on the row alone: not on its neighbours, threads, strides; the same on every level with FMA.
/// Numbers   all in double, for float rows too. -infinity in c is a class that does not occur.
/// Cost      3ndK flops (multinomial, bernoulli 2), x read once, nothing but the results written.
/// Failure   std::invalid_argument; Interrupted.
template <class T>
bool class_scores(MatrixView<const T> x, const ClassModel& model, ClassResult result, double* out, std::int32_t* labels,
                  int threads);

}  // namespace mlmath
