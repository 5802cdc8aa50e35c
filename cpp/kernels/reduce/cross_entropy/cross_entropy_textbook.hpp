// SPDX-License-Identifier: BSD-3-Clause
// cross_entropy, textbook: one row, from the definition. Oracle of the C++ tests.
#pragma once
#include "kernels/reduce/softmax/softmax_textbook.hpp"

namespace mlmath::textbook {

// coefficients c_j; returns -sum_j c_j log p_j, and gradient_j = p_j sum_k c_k - c_j.
template <class T>
T cross_entropy(VectorView<const T> x, VectorView<const T> coefficients, VectorView<T> gradient) {
    const T total = logsumexp(x);
    T loss = 0, all = 0;
    for (std::ptrdiff_t j = 0; j < x.size; ++j) {
        const T c = coefficients.data[j * coefficients.stride];
        all += c;
        if (c != 0) loss -= c * (x.data[j * x.stride] - total);
    }
    softmax(x, gradient);
    for (std::ptrdiff_t j = 0; j < x.size; ++j)
        gradient.data[j * gradient.stride] = gradient.data[j * gradient.stride] * all - coefficients.data[j * coefficients.stride];
    return loss;
}

}  // namespace mlmath::textbook
