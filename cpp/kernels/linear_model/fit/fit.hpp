// SPDX-License-Identifier: BSD-3-Clause
// fit: linear models with a smooth loss and an L2 penalty, until a certificate holds. Contract.
#pragma once
#include "core/status.hpp"
#include "core/view.hpp"
#include "kernels/linear_model/logistic/logistic.hpp"
#include "kernels/linear_model/losses/losses.hpp"

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
    const char* method = "";                                                      // the method taken in the end
    FitStop stop = FitStop::converged;
    bool separable = false;  // logistic, l2 = 0: scores grow without end, there is no minimizer
};

// Called after every iteration on the calling thread, the start being number 0; true stops. null: none.
struct FitWatch {
    void* context;
    bool (*iteration)(void* context, int k, double objective, double gradient_max, const double* theta);
};

template <class T>
struct LinearData {
    MatrixView<const T> x;        // (n, d), n >= 1, any strides
    VectorView<const T> y;        // (n,), any stride
    VectorView<const T> weights;  // (n,), >= 0, any stride; data == nullptr: all 1. Their sum S must be positive
};

enum class FitMethod { automatic, newton, lbfgs, gd, gd_armijo, gd_bb };

struct LinearProblem {
    LinearLoss loss = LinearLoss::squared;
    double delta = 1.35;  // huber's
    FitMethod method = FitMethod::automatic;
    double learning_rate = 0;  // gd: 0: 1/L
    bool start_given = false;  // theta is a guess worth keeping: no other start is looked for
};

/// Minimizes f(w, b) = (1/S) sum_i s_i l(y_i, x_i . w + b) + (l2/2) |w|^2, l as in losses.hpp.
///
/// theta     (d + 1,), the intercept last (0 without one). In: the start, finite. Out: the best parameters met, at which every
/// field of
///           the outcome is taken. Double for float data as well; the passes round it to T.
/// Certificate
///           gradient_max <= tolerance; of newton also decrement / 2 <= tolerance, decrement = g^T H^-1 g with the last Hessian
///           that was computed. f - min f <= gradient_square / (2 l2) for l2 > 0 without an intercept (with one: once b is
///           optimal); decrement / 2 to second order.
/// Result    the same bits for any threads and strides, and on every level that has FMA.
/// Failure   std::invalid_argument; std::bad_alloc; Interrupted before the first iterate only: later the best so far is returned.
template <class T>
FitOutcome linear_fit(const LinearData<T>& data, const LinearProblem& problem, const FitOptions& options, FitWatch* watch,
                      double* theta);

/// The same for softmax over `classes` classes; theta: K x (d + 1), intercepts last; in: start, out: result. (multinomial/)
template <class T>
FitOutcome multinomial_fit(const LogisticData<T>& data, std::ptrdiff_t classes, const FitOptions& options, FitWatch* watch,
                           double* theta);

}  // namespace mlmath
