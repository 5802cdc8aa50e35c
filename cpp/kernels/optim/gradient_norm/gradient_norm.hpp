// SPDX-License-Identifier: BSD-3-Clause
// gradient_norm: the Euclidean norm of all gradients together, and whether they are finite, in one pass. Contract.
#pragma once
#include <cstddef>

namespace mlmath {

template <class T>
struct GradientSpan {
    const T* data;
    std::ptrdiff_t n;
};

struct GradientNorm {
    double norm = 0;
    bool finite = true;
    std::ptrdiff_t span = -1, index = -1;  // the first NaN or infinity; -1 when there is none
};

/// norm = sqrt(sum_k sum_i g_ki^2), what global-norm clipping compares with its bound [Pascanu2013, alg. 1].
///
/// Shapes    contiguous spans, float or double; none, or of size 0, count as 0. Elements of a span in the order that shall count.
/// Result    the same bits for any threads and on every level with FMA: chunks of 8192 elements of each span, summed in 32 lanes of
///           doubles, added in order. NaN or infinite when an element is.
/// Error     |norm - exact| <= (c + 262) eps/4 exact for c chunks (256 additions in a lane, 5 to fold, c in order; a root halves);
///           no overflow or underflow in between: where the plain sum has left [1e-280, 1e300], a second pass scales.
/// Cost      reads every element once: 4 bytes per float.
template <class T>
GradientNorm gradient_norm(const GradientSpan<T>* spans, std::ptrdiff_t count, int threads);

}  // namespace mlmath
