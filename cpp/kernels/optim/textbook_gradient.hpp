// SPDX-License-Identifier: BSD-3-Clause
// For the textbooks of update rules: the gradient as the rule sees it.
#pragma once
#include "kernels/optim/parameter_row.hpp"

namespace mlmath::textbook {

/// scale g + decay x; without decay x does not enter (0 x of an infinite parameter is NaN).
template <class T>
T prepared(const GradientOptions& options, T g, T x) {
    if (options.plain()) return g;
    g = T(options.scale) * g;
    return options.decay == 0 ? g : g + T(options.decay) * x;
}

}  // namespace mlmath::textbook
