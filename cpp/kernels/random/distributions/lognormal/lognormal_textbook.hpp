// SPDX-License-Identifier: BSD-3-Clause
// lognormal, textbook: the exponential of a placed normal number. Oracle of the tests, to the last digits.
#pragma once
#include <cmath>

namespace mlmath::textbook {

/// z: an element of the standard normal law (normal_textbook.hpp).
template <class T>
T lognormal(T z, T mean, T sigma) {
    const T scaled = sigma * z;
    return std::exp(mean + scaled);
}

}  // namespace mlmath::textbook
