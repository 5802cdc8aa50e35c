// SPDX-License-Identifier: BSD-3-Clause
// softmax: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// What becomes of a row x with shift m (its maximum, or 0 where that is infinite) and L = log sum_j exp(x_j - m).
enum class RowOutput {
    probabilities,      // y = exp(x - m) / sum
    log_probabilities,  // y = (x - m) - L
    sums,               // no y; m and L
    both,               // y = exp(x - m) / sum; m and L
};
constexpr int row_outputs = 4;

// Rows of at most this many elements are `short`: several of them are worked on at once, one per lane. Constraint: a row along a
// register wastes its last register, folds lanes and waits for what it folds. Arithmetic (measured, doubles in cache): across
// registers 2.3 to 2.5 cycles an element; along them 4.3 at 33 elements, 2.6 at 64. Decision: 512 bytes.
template <class T>
constexpr std::ptrdiff_t short_row = 512 / static_cast<std::ptrdiff_t>(sizeof(T));

// Longer rows are cut into chunks, each with its own maximum. Constraint: a chunk is read twice, the second time from L1.
// Arithmetic: 1024 doubles are 8 KiB. Decision: 1024.
constexpr std::ptrdiff_t row_chunk = 1024;

// Columns side by side that a unit treats at once: a register of the widest level.
template <class T>
constexpr std::ptrdiff_t row_columns = 64 / static_cast<std::ptrdiff_t>(sizeof(T));

/// One chunk: its maximum, how many elements equal it, and the sum of exp(x - maximum) over the others. Kept apart because 1 + rest
/// would lose a small rest, and log1p(rest) does not. (Weighted: the sums of the weights and of weight * exp.)
struct RowState {
    double maximum, at_maximum, rest;
};

template <class T>
struct RowKernels {
    /// `rows` rows of n <= row_chunk consecutive elements, row r at x + r*x_stride, to y + r*y_stride (null: sums) and shift[r],
    /// log_sum[r] (null: probabilities and log_probabilities). y may be x. `streaming`: results go past the caches; only for short
    /// rows, y_stride = n, and no overlap. True when a row's maximum was infinite.
    bool (*rows[row_outputs])(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t rows, std::ptrdiff_t n, T* y,
                              std::ptrdiff_t y_stride, T* shift, T* log_sum, bool streaming);
    /// The same for `columns` rows that lie side by side, n <= short_row: element j of row c at x[j*x_stride + c].
    bool (*columns[row_outputs])(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, T* y,
                                 std::ptrdiff_t y_stride, T* shift, T* log_sum);

    /// The state of n <= row_chunk consecutive elements; e (unless null; may be x) receives exp(x - maximum). Not `separate`:
    /// at_maximum is 0 and rest the whole sum.
    void (*chunk)(const T* x, std::ptrdiff_t n, T* e, bool separate, RowState* state);
    /// The same with weights: infinite or NaN products make the state's sums so.
    void (*weighted_chunk)(const T* x, const T* weights, std::ptrdiff_t n, RowState* state);
    /// States of `columns` <= row_columns rows side by side, n <= row_chunk elements of each. e, with rows of row_columns elements:
    /// x on return, or exp(x - maximum) if `exponentials` (then not `separate`).
    void (*chunk_columns)(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, T* e, bool exponentials,
                          bool separate, RowState* states);

    /// y = e * factor; `streaming`: past the caches.
    void (*scale)(const T* e, std::ptrdiff_t n, T factor, T* y, bool streaming);
    /// y = exp(x - maximum) * factor
    void (*exp_scale)(const T* x, std::ptrdiff_t n, T maximum, T factor, T* y, bool streaming);
    /// y = (x - shift) - log_sum
    void (*shift)(const T* x, std::ptrdiff_t n, T shift, T log_sum, T* y, bool streaming);
    /// The three, down columns: element j of column c at [j*stride + c], a parameter per column.
    void (*scale_columns)(const T* e, std::ptrdiff_t e_stride, std::ptrdiff_t columns, std::ptrdiff_t n, const T* factor, T* y,
                          std::ptrdiff_t y_stride);
    void (*exp_scale_columns)(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, const T* maximum,
                              const T* factor, T* y, std::ptrdiff_t y_stride);
    void (*shift_columns)(const T* x, std::ptrdiff_t x_stride, std::ptrdiff_t columns, std::ptrdiff_t n, const T* shift,
                          const T* log_sum, T* y, std::ptrdiff_t y_stride);
    /// Copies past the caches.
    void (*stream)(const T* from, std::ptrdiff_t n, T* to);
};

/// A whole row from the states of its chunks, states[c*stride].
struct RowTotal {
    double shift, log_sum;  // 0 and +-infinity where the maximum is infinite
    bool infinite;          // the maximum was
};

struct SoftmaxKernels {
    RowKernels<double> f64;
    RowKernels<float> f32;
    /// factors (unless null): what exp(x - maximum of chunk c) is multiplied by to become a probability.
    RowTotal (*merge)(const RowState* states, std::ptrdiff_t stride, std::ptrdiff_t chunks, double* factors);

    const RowKernels<double>& of(const double*) const { return f64; }
    const RowKernels<float>& of(const float*) const { return f32; }
};

}  // namespace mlmath
