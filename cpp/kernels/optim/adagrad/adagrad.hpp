// SPDX-License-Identifier: BSD-3-Clause
// adagrad: one step of Adagrad, in place. Contract.
#pragma once
#include <cstdint>

#include "kernels/optim/parameter_block.hpp"

namespace mlmath {

struct AdagradParameters {
    double learning_rate = 1e-2;     // >= 0
    double learning_rate_decay = 0;  // >= 0
    double epsilon = 1e-10;          // >= 0, outside the root
    std::int64_t step = 1;           // t >= 1
    GradientOptions gradient = {};
};

/// For every element, with g <- scale g + decay x first and state[0] = s, zero (or a chosen start) before step 1:
///   s <- s + g^2;    x <- x - learning_rate / (1 + (t - 1) learning_rate_decay) g / (sqrt(s) + epsilon)     [Duchi2011, fig. 1]
///
/// Shapes    any blocks (parameter_block.hpp), float or double.
/// Result    the same bits for any threads, strides, cut into blocks, and level (nothing is fused).
/// Error     per step: s within 2 eps of itself, the move of x within 5 eps of itself
/// Numbers   a NaN gradient stays in its element. s only grows: a float gradient above 1.8e19 makes it infinite (flag raised).
/// Cost      reads 3, writes 2 elements per parameter: 20 bytes in float. A square root and a division.
/// Failure   std::invalid_argument, before anything is written. Never interrupted half-way.
template <class T>
void adagrad_step(const AdagradParameters& parameters, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads);

}  // namespace mlmath
