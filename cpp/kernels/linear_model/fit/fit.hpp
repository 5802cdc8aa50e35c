// SPDX-License-Identifier: BSD-3-Clause
// fit: linear models with a smooth loss and an L2 penalty, until a certificate holds. Contract.
#pragma once
#include <cstdint>

#include "core/status.hpp"
#include "core/view.hpp"
#include "kernels/linear_model/losses.hpp"

namespace mlmath {

struct FitOptions {
    double l2 = 0;             // >= 0
    bool intercept = true;     // b is fitted and never penalized; false: 0
    double tolerance = 1e-6;   // of the largest |df/dtheta_j|
    int max_iterations = 100;  // >= 0
    double seconds = 0;        // 0: no limit
    int threads = 1;
};

/// Why a fit came to its end.
enum class FitStop { converged, iterations, time, watch, interrupted, diverged, rounding };

struct FitOutcome {
    Status status;  // ok: the certificate holds; not_converged; diverged; not_finite: of the starting point
    int iterations = 0;
    double objective = 0, gradient_max = 0, gradient_square = 0, decrement = -1;  // decrement: g^T H^-1 g; -1: not known
    double suboptimality = -1;                                                    // f - min f is at most this; -1: not known
    const char* method = "";                                                      // the method taken in the end
    FitStop stop = FitStop::converged;
    bool separable = false;  // logistic or multinomial, l2 = 0: scores grow without end, there is no minimizer
};

// Called after every iteration on the calling thread, the start being number 0; true stops. null: none.
struct FitWatch {
    void* context;
    bool (*iteration)(void* context, int k, double objective, double gradient_max, const double* theta);
};

template <class T>
struct LinearData {
    MatrixView<const T> x;        // (n, d), n >= 1, any strides
    VectorView<const T> y;        // (n,), any stride; multinomial: class numbers from 0
    VectorView<const T> weights;  // (n,), >= 0, any stride; data == nullptr: all 1. Their sum S must be positive
};

/// The same rows, labels as whole numbers.
template <class T>
struct LabelledData {
    MatrixView<const T> x;        // (n, d), n >= 1, any strides
    const std::int32_t* labels;   // n of them, in [0, K)
    VectorView<const T> weights;  // as LinearData's
};

/// none: no step, the start's certificate alone.
enum class FitMethod { automatic, newton, lbfgs, gd, gd_armijo, gd_bb, none };

struct LinearProblem {
    LinearLoss loss = LinearLoss::squared;
    double delta = 1.35;  // huber's
    FitMethod method = FitMethod::automatic;
    double learning_rate = 0;    // gd: 0: 1/L
    bool start_given = false;    // theta is a guess worth keeping: no other start is looked for
    std::ptrdiff_t classes = 1;  // multinomial: K >= 2
};

/// Minimizes f(w, b) = (1/S) sum_i s_i l(y_i, x_i . w + b) + (l2/2) |w|^2, l as in losses.hpp; multinomial: w (K, d), b (K,).
///
/// theta     (K, d + 1), the intercept last (0 without one). In: the start, finite. Out: the best parameters met, at which every
///           field of the outcome is taken. Double for float data as well; the passes round it to T.
/// Certificate
///           gradient_max <= tolerance; of newton also decrement / 2 <= tolerance, decrement = g^T H^-1 g with the last Hessian
///           that was computed. suboptimality, see fit_certificate.cpp: a bound for l2 > 0 (multinomial: without an intercept);
///           of newton the decrement, which is twice the distance to second order.
/// Columns   whose means are above 2^13 times their spread (float: 54 times), with an intercept and newton, are fitted less their
///           means (fit_centred.hpp). The certificate is then that of the columns less their means: with b rounded at the size of
///           m . w no parameters have a gradient that small in the columns themselves.
/// Result    the same bits for any threads and strides, and on every level that has FMA.
/// Failure   std::invalid_argument; std::bad_alloc; Interrupted before the first iterate only: later the best so far is returned.
template <class T>
FitOutcome linear_fit(const LinearData<T>& data, const LinearProblem& problem, const FitOptions& options, FitWatch* watch,
                      double* theta);

/// multinomial's newton and lbfgs (multinomial/), which linear_fit calls, for labels that are whole numbers already. `method`:
/// automatic, newton or lbfgs.
template <class T>
FitOutcome multinomial_fit(const LabelledData<T>& data, std::ptrdiff_t classes, const FitOptions& options, FitWatch* watch,
                           double* theta, FitMethod method = FitMethod::automatic);

}  // namespace mlmath
