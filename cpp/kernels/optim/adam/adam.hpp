// SPDX-License-Identifier: BSD-3-Clause
// adam: one step of Adam, AdamW, AMSGrad, NAdam or RAdam, in place. Contract.
#pragma once
#include <cstdint>

#include "kernels/optim/parameter_block.hpp"

namespace mlmath {

enum class AdamVariant { adam, amsgrad, nadam, radam };

struct AdamParameters {
    double learning_rate = 1e-3;  // >= 0
    double beta1 = 0.9;           // 0 <= beta < 1
    double beta2 = 0.999;
    double epsilon = 1e-8;    // >= 0, outside the root
    double weight_decay = 0;  // >= 0, decoupled; the coupled one is gradient.decay
    std::int64_t step = 1;    // t >= 1, the number of this step
    AdamVariant variant = AdamVariant::adam;
    bool uncorrected_epsilon = false;  // epsilon beside sqrt(v) instead of sqrt(v / (1 - beta2^t))
    double momentum_decay = 4e-3;      // NAdam's psi
    double momentum_product = 1;       // NAdam: mu_1 ... mu_{t-1}
    GradientOptions gradient = {};
};

/// NAdam's momentum of step t: mu_t = beta1 (1 - 0.96^(t psi) / 2).
double nadam_momentum(double beta1, double momentum_decay, std::int64_t t);

/// For every element, with g <- scale g + decay x first, state[0] = m and state[1] = v (AMSGrad: state[2] = w), zero before step 1:
///   m <- beta1 m + (1 - beta1) g      v <- beta2 v + (1 - beta2) g^2      x <- (1 - learning_rate weight_decay) x - move
///   adam     move = learning_rate m^ / (sqrt(v^) + epsilon),  m^ = m / (1 - beta1^t),  v^ = v / (1 - beta2^t)  [Kingma2015, alg.
///   1] amsgrad  w <- max(w, v); the same with w in v's place                                                   [Reddi2018, alg. 2]
///   nadam    m^ = (1 - mu_t) g / (1 - mu_1 ... mu_t) + mu_{t+1} m / (1 - mu_1 ... mu_{t+1})                 [Dozat2016]
///   radam    with r = 2/(1 - beta2) - 1 and r_t = r - 2 t beta2^t / (1 - beta2^t): where r_t > 5,           [Liu2020, alg. 2]
///            move = learning_rate R_t m^ sqrt(1 - beta2^t) / (sqrt(v) + epsilon),
///            R_t = sqrt((r_t - 4)(r_t - 2) r / ((r - 4)(r - 2) r_t)); otherwise move = learning_rate m^
/// with weight_decay [Loshchilov2019, alg. 2] with the decay scaled by the rate, as PyTorch's AdamW does. uncorrected_epsilon:
/// move = learning_rate (sqrt(1 - beta2^t) / (1 - beta1^t)) m / (sqrt(v) + epsilon), [Kingma2015, sec. 2], scikit-learn's and
/// Keras'.
///
/// Shapes    any blocks (parameter_block.hpp), float or double; every block has all states.
/// Result    the same bits for any threads, strides, cut into blocks, and level (nothing is fused). A first moment below the
///           smallest normal number becomes 0.
/// Error     per step: m, v within 2 eps and 3 eps of sums of their terms' magnitudes; the move of x within 8 eps of itself
///           (NAdam: of its two terms' magnitudes)
/// Numbers   coefficients are formed in double and rounded once. A NaN gradient makes NaN of its own m, v, x, and of nothing else.
///           A float gradient above 5e20 overflows v to infinity (flag raised): that parameter stops moving.
/// Cost      reads 4, writes 3 elements per parameter: 28 bytes in float, 56 in double (AMSGrad 36, 72). A square root and a
/// division. Failure   std::invalid_argument, before anything is written. Never interrupted half-way.
template <class T>
void adam_step(const AdamParameters& parameters, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads);

}  // namespace mlmath
