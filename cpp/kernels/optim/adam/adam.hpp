// SPDX-License-Identifier: BSD-3-Clause
// adam: one step of Adam or AdamW, in place. Contract.
#pragma once
#include <cstdint>

#include "kernels/optim/parameter_block.hpp"

namespace mlmath {

struct AdamParameters {
    double learning_rate = 1e-3;  // >= 0
    double beta1 = 0.9;           // 0 <= beta < 1
    double beta2 = 0.999;
    double epsilon = 1e-8;    // >= 0, outside the root
    double weight_decay = 0;  // >= 0, decoupled
    std::int64_t step = 1;    // t >= 1, the number of this step
};

/// For every element, with state[0] = m and state[1] = v, both zero before the first step:
///   m <- beta1 m + (1 - beta1) g                      v <- beta2 v + (1 - beta2) g^2
///   x <- (1 - learning_rate weight_decay) x - learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
/// [Kingma2015, alg. 1]; with weight_decay [Loshchilov2019, alg. 2] with the decay scaled by the rate, as PyTorch's AdamW does.
///
/// Shapes    any blocks (parameter_block.hpp), float or double; every block has both states.
/// Result    the same bits for any threads, strides, cut into blocks, and level (nothing is fused). A first moment below the
///           smallest normal number becomes 0.
/// Error     per step: m, v within 2 eps and 3 eps of sums of their terms' magnitudes; the move of x within 8 eps of itself
/// Numbers   coefficients are formed in double and rounded once. A NaN gradient makes NaN of its own m, v, x, and of nothing else.
///           A float gradient above 5e20 overflows v to infinity (flag raised): that parameter stops moving.
/// Cost      reads 4, writes 3 elements per parameter: 28 bytes in float, 56 in double. One square root and one division.
/// Failure   std::invalid_argument, before anything is written. Never interrupted half-way.
template <class T>
void adam_step(const AdamParameters& parameters, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads);

}  // namespace mlmath
