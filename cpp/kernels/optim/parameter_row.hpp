// SPDX-License-Identifier: BSD-3-Clause
// What drivers and per-level units of all update rules agree on: one row of parameters.
#pragma once
#include <cstddef>

namespace mlmath {

/// n parameters with gradient and state (unused: null); strides in elements.
template <class T>
struct ParameterRow {
    std::ptrdiff_t n;
    T* x;
    std::ptrdiff_t x_stride;
    const T* gradient;
    std::ptrdiff_t gradient_stride;
    T* state[2];
    std::ptrdiff_t state_stride[2];
};

}  // namespace mlmath
