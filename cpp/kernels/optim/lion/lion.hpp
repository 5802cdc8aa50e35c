// SPDX-License-Identifier: BSD-3-Clause
// lion: one step of Lion, in place. Contract.
#pragma once
#include "kernels/optim/parameter_block.hpp"

namespace mlmath {

struct LionParameters {
    double learning_rate = 1e-4;  // >= 0
    double beta1 = 0.9;           // 0 <= beta < 1
    double beta2 = 0.99;
    double weight_decay = 0;  // >= 0, decoupled
    GradientOptions gradient = {};
};

/// For every element, with g <- scale g + decay x first and state[0] = m, zero before the first step:
///   x <- (1 - learning_rate weight_decay) x - learning_rate sign(beta1 m + (1 - beta1) g);    m <- beta2 m + (1 - beta2) g
/// with sign(0) = 0 [Chen2023, alg. 2].
///
/// Shapes    any blocks (parameter_block.hpp), float or double.
/// Result    the same bits for any threads, strides, cut into blocks, and level (nothing is fused).
///           m below the smallest normal number becomes 0.
/// Error     per step: m within 2 eps of its terms' magnitudes; the move of x is exact where |beta1 m + (1 - beta1) g| is above
///           2 eps of its terms' magnitudes, and may have the other sign below
/// Numbers   a NaN gradient makes NaN of its own m and x.
/// Cost      reads 3, writes 2 elements per parameter: 20 bytes in float.
/// Failure   std::invalid_argument, before anything is written. Never interrupted half-way.
template <class T>
void lion_step(const LionParameters& parameters, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads);

}  // namespace mlmath
