// SPDX-License-Identifier: BSD-3-Clause
// Elementary and special functions of one register. Functions of the lanes: tables fit a register or two, the operations are the
// same for float and double. A lane's result depends on its own value alone, and every level with FMA gives the same bits.
//
// How each one is built: an exact reduction to a small interval, a polynomial there (near-minimax; coefficients from
// math_coefficients.py beside this file), and the reduction undone with the rounding error of the leading terms carried along.
// Specials (NaN, infinities, poles, overflow, results below the normal range) are met by one integer test per register and treated
// on a second path. A comparison of a NaN with < would raise "invalid": wherever one may come by, its bits are compared as
// integers.
//
// Largest error found, in ulp (samples of every exponent and around the ends of the intervals, against mpmath):
//   exp, exp2 0.63 (subnormal results 0.77)   expm1 0.69   log, log1p, log2, log10 0.64   sigmoid 0.75   softplus 1.4
//   logit 0.79   erf 1.1 (float 1.35)   erfc 2.1   erfinv, erfcinv 0.75   ndtr 1.75   ndtri 1.0
//   sin, cos 0.77, tan 0.79 (1.25 without FMA), sinpi, cospi 0.67   atan 0.81   atan2 0.92 (1.37 without FMA)
//   sinh 0.75   cosh 0.87   tanh 1.07   pow 0.6   cbrt 0.51
//   gammaln 3.2, digamma 3.8 for positive operands (float: 0.51, through double)
// Flags: overflow, underflow, divide-by-zero and invalid are raised exactly where the exact result calls for them; every other
// operand raises nothing but "inexact".
#pragma once
#include "simd/math/arc_tangent.hpp"
#include "simd/math/error_function.hpp"
#include "simd/math/exp.hpp"
#include "simd/math/gamma.hpp"
#include "simd/math/hyperbolic.hpp"
#include "simd/math/inverse_error_function.hpp"
#include "simd/math/log.hpp"
#include "simd/math/power.hpp"
#include "simd/math/sigmoid.hpp"
#include "simd/math/trigonometric.hpp"
#include "simd/math/x_times_log.hpp"
