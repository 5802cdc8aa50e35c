// SPDX-License-Identifier: BSD-3-Clause
// int8_peak: how many products of bytes this CPU does per second at most. Contract.
#pragma once
#include "simd/int8_unit.hpp"

namespace mlmath {

/// The best rate, in operations per second (a multiplication and its addition are two), over blocks of about 0.1 ms that `threads`
/// threads start together and end together, repeated for `seconds`. Operands stay in registers.
///
/// unit      vnni or amx
/// Result    rate of all threads together. The sum of all entries is compared with the definition, in plain integers.
/// Failure   std::invalid_argument when threads < 1, seconds is not positive or the unit is another; std::runtime_error when this
///           machine does not have the unit, a sum is wrong, or the pool, in use by another caller, gives fewer threads.
double int8_peak(Int8Unit unit, int threads, double seconds);

}  // namespace mlmath
