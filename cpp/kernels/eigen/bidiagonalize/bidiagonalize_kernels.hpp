// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Columns of a block: what one owner has of the matrix side by side. Constraint: whole registers on every level (16 floats),
/// enough of them that sums over what has been deferred do not wait for each other; a block is read twice, the second time from a
/// cache. Arithmetic: 32 columns of 2000 doubles are 512 KiB, half a second-level cache. Decision: 32.
constexpr std::ptrdiff_t bidiagonal_columns = 32;

/// Rows of a block, for the same reason a number of registers.
constexpr std::ptrdiff_t bidiagonal_rows = 64;

/// Steps whose changes of the matrix are deferred, and then subtracted together.
constexpr std::ptrdiff_t bidiagonal_panel = 16;

/// Products wanted of one panel are kept lane by lane: elements of each.
constexpr std::ptrdiff_t bidiagonal_lanes = 16;

/// Step k of a panel, as the columns and the rows see it. The matrix now is A - sum_{j < count} left_j right_j^T, where A is what
/// it was when the panel began; left_j is a reflection u or a vector x in turn, right_j a vector y or a reflection v:
/// A <- A - u y^T - x v^T is one step. All vectors start at row (column) 0 and are zero above the step's own rows.
template <class T>
struct BidiagonalStep {
    T* a;               // columns of whole registers, `ld` elements apart, the first on a cache line
    std::ptrdiff_t ld;  // also of left
    T* left;
    T* right;
    std::ptrdiff_t right_ld;
    std::ptrdiff_t m;      // rows, up to whole registers
    std::ptrdiff_t k;      // this step
    std::ptrdiff_t count;  // 2 (k - first step of the panel)
    // columns: y = tau (A - ...)^T u, the finished row r, and A r
    const T* u;
    T tau;
    const T* products;  // left_j . u
    const T* row;       // left_j at row k
    T* r;               // the finished row, zero up to column k
    // rows: x = factor (A r - beta a_{k+1}) - sum_j weight_j left_j, the next column c = A_{k+1} - sum_j left_j right_j(k+1)
    const T* const* z;  // A r in parts, added in this order
    std::ptrdiff_t parts;
    T factor, beta;
    const T* weight;  // count + 1
    const T* across;  // right_j at k + 1: count + 1
    T* next;
    // In place: the pairs of the last step, which A has not seen yet; null in the first one.
    const T *last_u, *last_x, *last_y, *last_v;
};

/// H = I - tau v v^T with H (alpha, x) = (beta, 0) and v = (1, scale x), from squares = |x|^2 and norm = |(alpha, x)|, whose
/// rounding is the caller's: units fuse alpha^2 + squares, the driver of panels, on the oldest CPU, does not. A tail whose square
/// is below the window counts as zero: beside the matrix, whose largest number is about one, it is nothing, and its terms may have
/// underflowed.
template <class T>
struct BidiagonalReflector {
    T beta, tau = 0, scale = 0;
    __attribute__((always_inline)) BidiagonalReflector(T alpha, T squares, T norm) : beta(alpha) {
        if (squares < (sizeof(T) == 8 ? T(0x1p-900) : T(0x1p-80))) return;
        beta = alpha < 0 ? norm : -norm;
        tau = (beta - alpha) / beta;
        scale = 1 / (alpha - beta);
    }
};

template <class T>
struct BidiagonalKernel {
    /// Columns [from, to) of one block. right_count <- y, r; z += A r (rows from k's register on); h_j += right_j * r for j <=
    /// count, lane by lane; squares += r^2 behind column k + 1, lane by lane.
    void (*columns)(const BidiagonalStep<T>& step, std::ptrdiff_t from, std::ptrdiff_t to, T* z, T* h, T* squares);
    /// The same where nothing is deferred (count = 0) but the last step: its change of the block comes first, in the same pass.
    /// h += y r, lane by lane.
    void (*change)(const BidiagonalStep<T>& step, std::ptrdiff_t from, std::ptrdiff_t to, T* z, T* h, T* squares);
    /// Rows [from, to) of one block. left_{count+1} <- x, next; g_j += left_j * next for j <= count + 1, squares += next^2
    /// below row k + 1, lane by lane.
    void (*rows)(const BidiagonalStep<T>& step, std::ptrdiff_t from, std::ptrdiff_t to, T* g, T* squares);
    /// A -= left right^T for rows from `top` and columns [from, to), `count` pairs.
    void (*update)(T* a, std::ptrdiff_t ld, const T* left, const T* right, std::ptrdiff_t right_ld, std::ptrdiff_t count,
                   std::ptrdiff_t top, std::ptrdiff_t m, std::ptrdiff_t from, std::ptrdiff_t to);
    /// The sum of the lanes, `count` times: to[j] = sum_l from[j lanes + l].
    void (*fold)(const T* from, std::ptrdiff_t count, T* to);
    /// sum x_i^2.
    T (*square)(const T* x, std::ptrdiff_t n);
    /// Steps k to n - 1 in place: A's columns become the u, v's columns (`v_ld` apart) the v. work: 2 m + 4 n elements.
    void (*finish)(T* a, std::ptrdiff_t ld, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, T* d, T* e, T* left_tau,
                   T* right_tau, T* v, std::ptrdiff_t v_ld, T* work);
};

struct BidiagonalKernels {
    BidiagonalKernel<double> f64;
    BidiagonalKernel<float> f32;

    const BidiagonalKernel<double>& of(double) const { return f64; }
    const BidiagonalKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
