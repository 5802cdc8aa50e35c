// SPDX-License-Identifier: BSD-3-Clause
// rmsprop: one step of RMSprop, centred or not, with or without momentum, in place. Contract.
#pragma once
#include "kernels/optim/parameter_block.hpp"

namespace mlmath {

struct RMSpropParameters {
    double learning_rate = 1e-2;  // >= 0
    double alpha = 0.99;          // 0 <= alpha < 1
    double epsilon = 1e-8;        // >= 0, outside the root
    double momentum = 0;          // 0 <= momentum < 1
    bool centred = false;
    GradientOptions gradient = {};
};

/// For every element, with g <- scale g + decay x first and states zero before the first step:
///   s <- alpha s + (1 - alpha) g^2;    q = s; centred: a <- alpha a + (1 - alpha) g, q = max(s - a^2, 0)
///   move = g / (sqrt(q) + epsilon); with momentum: u <- momentum u + move, move = u;    x <- x - learning_rate move
/// [Tieleman2012]; centred [Graves2013, eqs. 38-45]. The states stand in the order s, a, u; unused ones are left out.
///
/// Shapes    any blocks (parameter_block.hpp), float or double.
/// Result    the same bits for any threads, strides, cut into blocks, and level (nothing is fused).
///           A velocity or mean below the smallest normal number becomes 0.
/// Error     per step: s within 3 eps of itself; the move within 6 eps of itself, centred plus 3 eps s / q
/// Numbers   a NaN gradient stays in its element. s - a^2 is a variance: rounding makes it negative at times (PyTorch: NaN then); 0
/// here. Cost      plain: reads 3, writes 2 elements per parameter (20 bytes in float); centred and momentum add one each (8
/// bytes). Failure   std::invalid_argument, before anything is written. Never interrupted half-way.
template <class T>
void rmsprop_step(const RMSpropParameters& parameters, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads);

}  // namespace mlmath
