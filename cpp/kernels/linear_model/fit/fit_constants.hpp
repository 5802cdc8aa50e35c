// SPDX-License-Identifier: BSD-3-Clause
// fit: the numbers that Newton's method and L-BFGS share, for one output and for several classes (multinomial/).
#pragma once
#include <cstddef>

namespace mlmath {

// Armijo: a step t is taken when f falls by this share of t g^T H^-1 g (of what the slope promises). Any share below 1/2 lets
// Newton's full step through near a minimum, where f falls by half of it; small, so that a step is refused for overshooting only,
// not for the third derivative. 2^-11, scikit-learn's.
constexpr double armijo = 0x1p-11;

// A Newton step halved below this is refused: 2^-20 of a step that is of the right size to second order changes f by less than the
// rounding of sums over the rows.
constexpr double newton_shortest = 0x1p-20;

// Unknowns up to which a Hessian may be formed and factorized: its d^3/3 flops are then 10 ms, its sums over rows those of some
// dozens of passes.
constexpr std::ptrdiff_t newton_most = 1000;

// L-BFGS: the pairs remembered. m pairs cost 4 m (d + 1) flops beside a pass's 4 n (d + 1): nothing for n of some hundreds, and
// more than ten save few iterations; SciPy's and scikit-learn's number.
constexpr int lbfgs_pairs = 10;

// The strong Wolfe conditions [Nocedal2006, section 3.1]: f falls by c1 of what the slope promises, and the slope falls to c2 of
// what it was, the usual pair for quasi-Newton steps: c1 << 1/2 as Armijo's, c2 near 1 because a step of 1 is nearly always good
// enough, and all that is asked is a positive s.y.
constexpr double wolfe_fall = 1e-4, wolfe_slope = 0.9;

// Its trials. Up to a bracket steps grow by 4: 20 trials reach 10^12, more than scales differ by that a fit survives. In a bracket
// a trial is the secant's, a tenth of it away from its ends, so that each cuts off a tenth at least: where slopes differ by
// powers of ten (exp) the secant alone crawls. A bracket of 10^-12 of its end holds no other step. 40 trials: both parts.
constexpr double wolfe_growth = 4, wolfe_margin = 0.1, wolfe_narrowest = 1e-12;
constexpr int wolfe_trials = 40;

// Separable classes (README.md): a Newton step moves some margin by more than 1 for as long as f falls without end. Half of that
// leaves room to the rounding of H and of the solve.
constexpr double separable_margin = 0.5;
// Every such step divides what is left by e: e^-36 = 2^-52, from f = 1; the rest of 64 for damped steps.
constexpr int separable_steps = 64;
// They end where H along the direction goes under in the rounding of the rest: Cholesky calls pivots below 8 n eps of the diagonal
// zero, and H is summed in T. The decrement is at least that curvature, f about the rest's: 16 times these.
template <class T>
constexpr double separable_decrement(std::ptrdiff_t unknowns) {
    const double pivot = 8 * static_cast<double>(unknowns) * 0x1p-52;
    return 16 * (sizeof(T) == 4 && pivot < 0x1p-23 ? 0x1p-23 : pivot);
}
// Without H (singular, or too many unknowns): the gradient along such a direction falls as e^-margin, to an eighth while some
// margin rises by ln 8 = 2.1; at a minimum an eighth of the gradient is an eighth of the distance: moves shrink. Three rounds, of
// iterations as many as a slow fit takes.
constexpr double separable_fall = 8;
constexpr int separable_rounds = 3, separable_iterations = 100;

}  // namespace mlmath
