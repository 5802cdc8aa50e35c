// SPDX-License-Identifier: BSD-3-Clause
// centered_product: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// C (m x n) = or += (A - 1 mean^T) B over one chunk of k; after the last chunk C = C / scale.
///   A (i, p) = a[i * a_row + p * a_column]          mean (p) = mean[p]
///   B (p, j) = b[(j / columns) * k * columns + p * columns + j % columns], whole panels: behind n copies of columns that exist,
///              because zeros times an infinity would raise a flag nobody asked for; so too behind the n scales (null: ones)
///   C (i, j) = c[i * c_row + j]
template <class T>
struct CenteredBlock {
    std::ptrdiff_t m, n, k;
    const T* a;
    std::ptrdiff_t a_row, a_column;
    const T* mean;
    const T* b;
    T* c;
    std::ptrdiff_t c_row;
    const T* scale;
    bool first, last;
};

/// block: returns whether all of C is finite, when the chunk is the last one. rows, columns: the register tile's.
template <class T>
struct CenteredKernels {
    int rows, columns, lanes;
    bool (*block)(const CenteredBlock<T>&);
};

}  // namespace mlmath
