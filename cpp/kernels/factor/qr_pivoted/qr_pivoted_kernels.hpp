// SPDX-License-Identifier: BSD-3-Clause
// qr_pivoted: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Columns that lie side by side. Constraint: a pass over the rest of the matrix must read memory in one run, with enough sums
/// under way (factor/columns_simd.hpp), and a thread must keep its columns in its own cache. Decision: strips of 256 bytes in every
/// row, one strip after the other: element (i, j) stands at (j / strip * m + i) * strip + j % strip.
template <class T>
constexpr std::ptrdiff_t qr_strip = 256 / static_cast<std::ptrdiff_t>(sizeof(T));

/// A matrix on its way to R. Places: whole strips, zeros behind the last column.
template <class T>
struct PivotedWork {
    std::ptrdiff_t m, n;
    T* a;                       // the strips: R above row k, what is left of the matrix below
    T* v;                       // column k: v_k from element k on
    std::ptrdiff_t ld;          // from column to column of v
    T *tau, *diagonal;          // of the reflections; of R
    T *norm, *reference;        // of what is left of each column: downdated; as it was computed last. (0: a finished column)
    T* product;                 // row l: what the reflection number l that is still to be applied takes from each column
    std::ptrdiff_t product_ld;  // from row to row of it
    T *head, *overlap;          // number l: element k of its v; its v times v_k
    T exchanged[2];             // norm and reference of the column that makes place in this step
    std::ptrdiff_t* column;     // which column of A stands where
    std::ptrdiff_t* pivot;      // where the column of step k stood
};

template <class T>
struct PivotedKernel {
    /// norm and reference of the columns of a strip.
    void (*measure)(const PivotedWork<T>& w, std::ptrdiff_t strip);
    /// All elements of a strip times both factors.
    void (*scale)(const PivotedWork<T>& w, std::ptrdiff_t strip, T first, T second);

    /// The first of the longest columns from k on; NaN is longer than anything.
    std::ptrdiff_t (*longest)(const PivotedWork<T>& w, std::ptrdiff_t k);
    /// Column `pivot` to place k, reflections [first, k) applied to it, its own reflection computed. Norms of others may be read
    /// meanwhile. With `overlaps`: what delay() needs besides.
    void (*reflect)(PivotedWork<T>& w, std::ptrdiff_t first, std::ptrdiff_t k, std::ptrdiff_t pivot, bool overlaps);

    /// Row k and the norms of a strip after reflection k, by one pass over it. pass: reflection k - 1 is applied to it on the way;
    /// norms that have lost their digits are computed anew. delay: reflections [first, k) are still to be applied; norms that have
    /// lost their digits get a negative reference, and the strip is true.
    void (*pass)(const PivotedWork<T>& w, std::ptrdiff_t k, std::ptrdiff_t strip);
    bool (*delay)(const PivotedWork<T>& w, std::ptrdiff_t first, std::ptrdiff_t k, std::ptrdiff_t strip);
    /// Reflections [first, end) applied to a strip; norms with a negative reference computed anew.
    void (*apply)(const PivotedWork<T>& w, std::ptrdiff_t first, std::ptrdiff_t end, std::ptrdiff_t strip);

    /// All steps by pass(), on one thread.
    void (*whole)(PivotedWork<T>& w);
};

struct PivotedKernels {
    PivotedKernel<double> f64;
    PivotedKernel<float> f32;

    const PivotedKernel<double>& of(double) const { return f64; }
    const PivotedKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
