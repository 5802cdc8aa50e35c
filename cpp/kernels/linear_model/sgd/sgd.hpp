// SPDX-License-Identifier: BSD-3-Clause
// sgd: linear models by stochastic gradient descent, one row at a time. Contract.
#pragma once
#include <cstdint>

#include "core/view.hpp"

namespace mlmath {

// loss(y, p) of the score p = x . w + b; the first four take y in {-1, 1}, `log` takes y in {0, 1}.
//   hinge             max(0, c - y p)                 (c = 1: support vector machine, c = 0: perceptron)
//   squared_hinge     max(0, c - y p)^2
//   modified_huber    max(0, 1 - y p)^2 for y p >= -1, else -4 y p
//   log               log(1 + exp p) - y p
//   squared           (p - y)^2 / 2
//   huber             (p - y)^2 / 2 for |p - y| <= c, else c (|p - y| - c/2)
//   epsilon           max(0, |p - y| - c)
//   squared_epsilon   max(0, |p - y| - c)^2
enum class SgdLoss : std::int32_t { hinge, squared_hinge, modified_huber, log, squared, huber, epsilon, squared_epsilon };

// The step of update t = 1, 2, ...
//   constant  eta0          optimal  1 / (alpha (t0 + t - 1))          inverse_scaling  eta0 / t^power
//   adaptive  eta0, divided by 5 whenever `patience` epochs bring nothing, down to 1e-6
//   passive_aggressive_1, _2: the step is loss(y, p) / |x|^2, at most eta0, or loss(y, p) / (|x|^2 + 1 / (2 eta0)), in the
//   direction that lowers the loss (hinge or epsilon) [Crammer2006]; the penalty shrinks by eta0 and is not part of the objective
enum class SgdRate : std::int32_t { constant, optimal, inverse_scaling, adaptive, passive_aggressive_1, passive_aggressive_2 };

struct SgdOptions {
    SgdLoss loss = SgdLoss::hinge;
    double threshold = 1;   // c above
    double l2 = 0, l1 = 0;  // of the penalty (l2/2) |w|^2 + l1 |w|_1
    SgdRate rate = SgdRate::optimal;
    double eta0 = 0.01, alpha = 1e-4, power = 0.5;
    bool intercept = true, shuffle = true;
    int epochs = 1000;        // at most, >= 1
    double tolerance = 1e-3;  // stop after `patience` epochs whose mean objective is above best - tolerance; -infinity: never
    int patience = 5;
    std::int64_t average = 0;  // average the weights from this update on; 0: not at all
    double first_update = 1;   // t of the first row
};

template <class T>
struct SgdData {
    MatrixView<const T> x;                  // (n, d), n >= 1, d >= 1, column stride 1
    const T* targets = nullptr;             // n targets y, or null:
    const std::int32_t* classes = nullptr;  // n class numbers, y = 1 for the model's own class, else -1 (log: 0)
    const T* weights = nullptr;             // n weights of the rows, or null: all 1
    // n flags, or null. Rows that nothing is learnt from: their score is what must grow by the tolerance. Of classes: the
    // (weighted) share whose p has y's sign; of targets: R^2. Of the unscaled weights w / prod max(0, 1 - eta l2), as scikit-learn
    // has it, the product taken since it was last below 1e-9 (float: 1e-6).
    const std::uint8_t* held_out = nullptr;
};

// One model: start and result.
template <class T>
struct SgdModel {
    T* coef = nullptr;  // d
    double intercept = 0;
    T* average_coef = nullptr;  // d, when options.average
    double average_intercept = 0;
    std::int32_t positive = 1;                        // the own class
    double positive_weight = 1, negative_weight = 1;  // times the row's weight where y > 0, where not
    std::uint32_t seed = 1;
    int epochs = 0;      // out: epochs done
    bool finite = true;  // out: false when a weight had become NaN or infinite at the end of epoch `epochs`; the fit stopped there
};

/// Epoch after epoch, for every row i in the epoch's order, with s the row's weight and eta the step of update t:
///   p = x_i . w + b,  g = d loss / d p (y_i, p) clipped to +-1e12
///   w <- max(0, 1 - eta l2) w - eta g s x_i,   b <- b - eta g s,   then the cumulative L1 penalty [Tsuruoka2009, fig. 2]
/// for `count` independent models on the same X: scikit-learn's SGDClassifier and SGDRegressor, update by update.
///
/// Order     each epoch applies the same permutation, a Fisher-Yates shuffle [Knuth1997, alg. 3.4.2 P] driven by the 32-bit
///           xorshift generator [Marsaglia2003] from `seed`, to the order of the epoch before.
/// Result    the same bits for any threads, and on every level that has FMA. Agrees with one-row-at-a-time arithmetic (textbook,
///           scikit-learn) to rounding: floats are rounded where scikit-learn rounds them, but for an addition to the weights,
///           which scikit-learn rounds to double before: one in 2^29 differs in its last bit.
/// Error     p within (d/32 + 6) eps sum_j |x_ij w_j|; losses with a kink may take the other side of it when p is that close.
/// Aliasing  coef and average_coef of all models share no memory with each other or the data.
/// Cost      4 n d flops and one reading of X in random order per epoch and model; scratch: 20 n bytes per thread.
/// Failure   std::invalid_argument; Interrupted (models are then unspecified).
template <class T>
void sgd_fit(const SgdData<T>& data, const SgdOptions& options, SgdModel<T>* models, std::ptrdiff_t count, int threads);

}  // namespace mlmath
