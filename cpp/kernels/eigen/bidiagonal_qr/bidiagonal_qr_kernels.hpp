// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// A block in the direction of the chase: its diagonal is d[0], d[step], ..., d[size*step], above it e[0], ..., e[(size-1)*step];
/// step is 1 or -1. Doubles for floats too: the angles wait for the latency of roots and divisions, which is the same, and four
/// factors of the smallest float are a number.
struct BidiagonalBlock {
    double *d, *e;
    std::ptrdiff_t step, size;
};

/// What a sweep finds of the block it leaves behind, but for its last row: the lower bounds mu_k of the singular values of the
/// first k + 1 columns [DemmelKahan1990, sec. 2], the last of them and the least; the largest element; whether an element above
/// the diagonal is negligible now. fine: no sum of squares came near underflow; otherwise d and e hold nothing of use.
struct BidiagonalSweepResult {
    double mu, least, most;
    bool split, fine;
};

/// One sweep over a block, shifted, or zero-shift where shift = 0. An element e_k <= max(threshold, tolerance mu_k) is negligible.
/// Cosines and sines of the right rotations go to rotations[0 ..] and [places ..], of the left ones to [2 places ..] and
/// [3 places ..]. work: 4 (size + 8) doubles.
template <class T>
struct BidiagonalSweep {
    BidiagonalBlock block;
    double shift, tolerance, threshold;
    T* rotations;
    std::ptrdiff_t places;
    double* work;
    BidiagonalSweepResult result;
};

/// Rotations of neighbouring rows in a row: rotation k mixes rows first + k*step and first + (k+1)*step, x' = c x + s y,
/// y' = c y - s x. The second sweep (nullptr: none) follows the first over the same rows.
template <class T>
struct RotationPass {
    std::ptrdiff_t first, step, count;
    const T *c, *s, *c_second, *s_second;
};

template <class T>
struct BidiagonalQrKernel {
    /// A sweep, or one over each of two matrices (second != nullptr): the angles of one wait for roots and divisions most of the
    /// time, those of two wait together. Same bits either way.
    void (*sweep)(BidiagonalSweep<T>& first, BidiagonalSweep<T>* second);

    /// The passes, one after the other, over rows of `columns` elements, `stride` apart.
    void (*rotate)(T* rows, std::ptrdiff_t stride, std::ptrdiff_t columns, const RotationPass<T>* passes, std::ptrdiff_t count);
};

struct BidiagonalQrKernels {
    BidiagonalQrKernel<double> f64;
    BidiagonalQrKernel<float> f32;

    const BidiagonalQrKernel<double>& of(double) const { return f64; }
    const BidiagonalQrKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
