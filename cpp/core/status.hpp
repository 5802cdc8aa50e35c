// SPDX-License-Identifier: BSD-3-Clause
// Numerical outcomes that are neither bugs nor the caller's mistake. Bindings turn them into LinAlgError or a warning.
#pragma once
#include <cstddef>

namespace mlmath {

enum class Outcome {
    ok,
    not_converged,          // iterations: how many were spent
    not_finite,             // index: the first NaN or infinity met
    singular,               // index: the pivot that vanished
    not_positive_definite,  // index: order of the leading minor that failed
    diverged,               // iterations: the step at which it was noticed
};

struct Status {
    Outcome outcome = Outcome::ok;
    std::ptrdiff_t index = -1;
    std::ptrdiff_t iterations = 0;

    explicit operator bool() const { return outcome == Outcome::ok; }
};

}  // namespace mlmath
