// SPDX-License-Identifier: BSD-3-Clause
// fma_peak: how many multiply-adds this CPU does per second at most. Contract.
#pragma once

namespace mlmath {

/// The best rate, in flop/s (a multiply-add is two), over blocks of about 0.1 ms that `threads` threads start together and end
/// together, repeated for `seconds`. Operands stay in registers; the active level's instructions, in T (double, float).
///
/// Result    rate of all threads together. Every lane is compared with the recurrence s <- s + u*v in scalar code.
/// Failure   std::invalid_argument when threads < 1 or seconds is not positive; std::runtime_error when a lane is wrong or the
///           pool, in use by another caller, gives fewer threads.
template <class T>
double fma_peak(int threads, double seconds);

}  // namespace mlmath
