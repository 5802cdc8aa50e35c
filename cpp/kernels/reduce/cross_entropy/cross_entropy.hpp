// SPDX-License-Identifier: BSD-3-Clause
// cross_entropy: the cross entropy of targets and softmax probabilities, and its gradient, from logits. Contract.
#pragma once
#include <cstdint>

#include "core/view.hpp"

namespace mlmath {

/// What the rows are compared with: K = the size of the class axis, items in C order over the other axes.
template <class T>
struct CrossEntropyTargets {
    const std::int64_t* labels = nullptr;  // one per item, each in [0, K) or ignored; null: probabilities
    bool has_ignored = false;
    std::int64_t ignored = 0;  // the label of items that do not count

    const T* probabilities = nullptr;  // of the logits' shape, by these strides
    const std::ptrdiff_t* probability_strides = nullptr;

    const T* class_weights = nullptr;   // K of them; null: all 1
    const T* sample_weights = nullptr;  // one per item; null: all 1
    double smoothing = 0;
};

/// With log p_ij = x_ij - log sum_k exp(x_ik) and coefficients
///   labels          c_ij = w_j ((1 - smoothing) [j == t_i] + smoothing/K)        (an ignored item has none)
///   probabilities   c_ij = w_j ((1 - smoothing) q_ij       + smoothing/K)
/// writes
///   losses[i]        = -v_i sum_j c_ij log p_ij
///   gradient[i][j]   = scale v_i (p_ij sum_k c_ik - c_ij)                        (unless null)
/// w: class weights, v: sample weights. That is PyTorch's definition with sample weights added. A term with c_ij = 0 is 0, whatever
/// p.
///
/// Shapes    x: any number of axes, any strides, no size zero; `axis` is the class axis. losses: contiguous, in C order. gradient:
///           of the shape of x, by gradient_strides; it shares no memory with anything else.
/// Order     that of softmax.hpp; the same bits for any threads, layout and alignment, and on every level with FMA.
/// Error     u = eps/2: losses sum_j |c_ij| (error of log_softmax) + (K' + 8) u sum_j |c_ij log p_ij|, K' = min(K, 1024)
///           sizeof(T)/256 + K/1024 (labels without smoothing: 1); gradient |scale v_i| ((error of softmax) p_ij + (K' + 4) u
///           (p_ij sum |c| +
///           |c_ij|)).
/// Numbers   as log_softmax has them.
/// Cost      that of softmax with a gradient, of logsumexp without; items are shared among the threads, a row is not.
/// Failure   Interrupted; std::bad_alloc.
template <class T>
void cross_entropy(ArrayView<const T> x, int axis, const CrossEntropyTargets<T>& targets, double scale, T* losses, T* gradient,
                   const std::ptrdiff_t* gradient_strides, int threads);

}  // namespace mlmath
