// SPDX-License-Identifier: BSD-3-Clause
// gradient_descent: one step of gradient descent, plain or with momentum, in place. Contract.
#pragma once
#include "kernels/optim/parameter_block.hpp"

namespace mlmath {

struct GradientDescentParameters {
    double learning_rate = 0;  // >= 0
    double momentum = 0;       // 0 <= momentum < 1
    bool nesterov = false;     // needs momentum > 0
    double dampening = 0;      // 0 <= dampening <= 1; the first step is given 0
    GradientOptions gradient = {};
};

/// For every element, with g <- scale g + decay x first and state[0] = u, zero before the first step:
///   plain       x <- x - learning_rate g                                                             (no state)
///   heavy ball  u <- momentum u + (1 - dampening) g;    x <- x - learning_rate u                     [Polyak1964, eq. 9]
///   Nesterov    u <- momentum u + (1 - dampening) g;    x <- x - learning_rate (g + momentum u)      [Sutskever2013, sec. 2]
/// Nesterov's is written for the point the gradient is taken at, the look-ahead point of the reference.
/// The rate stands outside the velocity, as in PyTorch: changing it acts at once.
///
/// Shapes    any blocks (parameter_block.hpp), float or double; with momentum every block has state[0].
/// Result    the same bits for any threads, strides, cut into blocks, and level (nothing is fused); plain: NumPy's x -= rate * g.
///           A velocity below the smallest normal number becomes 0.
/// Error     plain: |x - exact| <= eps (|x| + 2 |rate g|), to first order
/// Numbers   NaN and infinities stay in their own element.
/// Cost      plain: reads 2, writes 1 element per parameter (12 bytes in float); with momentum 3 and 2 (20 bytes).
/// Failure   std::invalid_argument, before anything is written. Never interrupted half-way.
template <class T>
void gradient_descent_step(const GradientDescentParameters& parameters, const ParameterBlock<T>* blocks, std::ptrdiff_t count,
                           int threads);

}  // namespace mlmath
