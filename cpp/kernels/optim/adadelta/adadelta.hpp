// SPDX-License-Identifier: BSD-3-Clause
// adadelta: one step of Adadelta, in place. Contract.
#pragma once
#include "kernels/optim/parameter_block.hpp"

namespace mlmath {

struct AdadeltaParameters {
    double learning_rate = 1;  // >= 0
    double rho = 0.9;          // 0 <= rho < 1
    double epsilon = 1e-6;     // >= 0, inside both roots
    GradientOptions gradient = {};
};

/// For every element, with g <- scale g + decay x first, state[0] = s and state[1] = d, zero before the first step:
///   s <- rho s + (1 - rho) g^2;    move = g sqrt(d + epsilon) / sqrt(s + epsilon);    d <- rho d + (1 - rho) move^2
///   x <- x - learning_rate move                                                                             [Zeiler2012, alg. 1]
///
/// Shapes    any blocks (parameter_block.hpp), float or double.
/// Result    the same bits for any threads, strides, cut into blocks, and level (nothing is fused).
/// Error     per step: s and d within 3 eps of their terms (d: 13 eps), the move of x within 6 eps of itself
/// Numbers   a NaN gradient stays in its element.
/// Cost      reads 4, writes 3 elements per parameter: 28 bytes in float. Two square roots and a division.
/// Failure   std::invalid_argument, before anything is written. Never interrupted half-way.
template <class T>
void adadelta_step(const AdadeltaParameters& parameters, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads);

}  // namespace mlmath
